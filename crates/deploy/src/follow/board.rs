//! How all environments stand right now, for whoever wants to look. What is over is in the journal.

mod shown;

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use landfall_journal::{Place, Time, short_id};
use tokio::sync::watch;

pub use shown::{CommitWords, Environment, Phase, Repository, Standing};

use super::{attempt::Ended, host::News};
use crate::progress::Event;

const NOT_ELECTED: &str = "is not followed, since it cannot be found out who does: ";

/// How all environments stand right now.
pub struct Board {
    standing: Mutex<Standing>,
    changed: watch::Sender<u64>,
}

impl Default for Board {
    fn default() -> Self {
        Self { standing: Mutex::default(), changed: watch::Sender::new(0) }
    }
}

impl Board {
    /// Everything as it stands.
    pub fn read(&self) -> Standing {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let now = Time::now();
        let environments =
            standing.repositories.values_mut().flat_map(|repository| repository.environments.values_mut());
        for environment in environments {
            environment.paused.take_if(|pause| pause.rest(now).is_none());
        }
        standing
    }

    /// A number that grows with every change.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Where an environment's objects are.
    pub fn placed(&self, repository: &str, environment: &str, target: String, place: Place) {
        self.environment(repository, environment, |environment| {
            environment.target = Some(target);
            environment.place = Some(place);
        });
    }

    /// A step of a deploy.
    pub fn step(&self, repository: &str, environment: &str, event: &Event) {
        match event {
            Event::Watching { .. } => self.environment(repository, environment, |environment| {
                environment.enter(Phase::Rolling);
            }),
            Event::Rollout(rollout) => self.environment(repository, environment, |environment| {
                environment.rolls(rollout);
            }),
            _ => {}
        }
    }

    /// News of a repository.
    pub fn tell(&self, repository: &str, news: &News) {
        match news {
            News::StandsBy { leader } => self.repository(repository, |repository| {
                repository.forget(NOT_ELECTED);
                if repository.leader.is_none() {
                    // What it found while it led is old by now.
                    repository.environments.values_mut().for_each(|environment| environment.paused = None);
                }
                repository.leader = Some(leader.clone().unwrap_or_else(|| "another process".to_owned()));
            }),
            News::NotElected { reason } => {
                self.repository(repository, |repository| repository.replace_fault(NOT_ELECTED, reason));
            }
            News::Leads => self.repository(repository, |repository| {
                repository.forget(NOT_ELECTED);
                repository.leader = None;
            }),
            News::Recorded { environment, deploy } => self.environment(repository, environment, |environment| {
                environment.show(deploy);
            }),
            News::Unreadable { reason } => self.repository(repository, |repository| {
                repository.replace_fault("cannot be read: ", reason);
            }),
            News::ReadableAgain => self.repository(repository, |repository| repository.forget("cannot be read: ")),
            News::NoCommits => self.repository(repository, |repository| {
                repository.replace_fault("has no commits yet", "");
            }),
            News::BrokenConfig { revision, reason } => self.repository(repository, |repository| {
                let short = short_id(revision);
                repository.replace_fault("landfall.yaml cannot be used: ", &format!("{reason} (revision {short})"));
            }),
            News::GoodConfig => self.repository(repository, |repository| {
                repository.forget("landfall.yaml cannot be used: ");
                repository.forget("has no commits yet");
            }),
            News::Follows { environment, branch } => {
                self.repository(repository, |repository| {
                    repository.forget(&format!("has no environment {environment} in its landfall.yaml"));
                });
                self.environment(repository, environment, |environment| environment.branch.clone_from(branch));
            }
            News::Left { environment } => self.repository(repository, |repository| {
                repository.environments.remove(environment);
            }),
            News::NoEnvironment { environment, .. } => self.repository(repository, |repository| {
                repository.replace_fault(&format!("has no environment {environment} in its landfall.yaml"), "");
            }),
            News::NoBranch { environment, .. } => self.environment(repository, environment, |environment| {
                environment.enter(Phase::NoBranch);
            }),
            News::Begins { environment, commit } => self.environment(repository, environment, |environment| {
                environment.commit = Some(CommitWords::of(commit));
                environment.rollouts.clear();
                environment.drifted.clear();
                environment.fights.clear();
                environment.other = None;
                environment.enter(Phase::Writing);
            }),
            News::Paused { environment, pause, .. } => self.environment(repository, environment, |environment| {
                environment.paused = Some(pause.clone());
            }),
            News::Resumed { environment } => self.environment(repository, environment, |environment| {
                environment.paused = None;
            }),
            // It is in the log, and what became of a Job on the target.
            News::Tended { .. } => {}
            News::Drifted { environment, drifted, other, .. } => {
                self.environment(repository, environment, |environment| {
                    environment.drifted.clone_from(drifted);
                    environment.other.clone_from(other);
                });
            }
            News::Fight { environment, drifted } => self.environment(repository, environment, |environment| {
                environment.fights.push(drifted.object.to_string());
            }),
            News::Corrected { environment, ended, .. } => self.environment(repository, environment, |environment| {
                if *ended == Ended::Done {
                    environment.drifted.clear();
                }
            }),
            News::FailedAgain { environment, again: next, .. } => {
                self.environment(repository, environment, |environment| {
                    if let Phase::Failed { again, .. } = &mut environment.phase {
                        *again = Some(after(*next));
                    }
                })
            }
            News::Ended { environment, commit, ended, what, again, .. } => {
                self.environment(repository, environment, |environment| {
                    // An older deploy that gave way says nothing of the newer one.
                    if environment.commit.as_ref().is_none_or(|current| current.id == commit.id.as_str()) {
                        environment.commit = Some(CommitWords::of(commit));
                        environment.enter(phase(*ended, what, *again));
                    }
                });
            }
        }
    }

    fn environment(&self, repository: &str, name: &str, change: impl FnOnce(&mut Environment)) {
        self.repository(repository, |repository| change(repository.environments.entry(name.to_owned()).or_default()));
    }

    fn repository(&self, address: &str, change: impl FnOnce(&mut Repository)) {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        change(standing.repositories.entry(address.to_owned()).or_default());
        drop(standing);
        self.changed.send_modify(|count| *count += 1);
    }
}

fn phase(ended: Ended, what: &str, again: Option<Duration>) -> Phase {
    match ended {
        Ended::Done => Phase::Done,
        Ended::OwnFault | Ended::PassingFault => Phase::Failed { reason: what.to_owned(), again: again.map(after) },
    }
}

/// The time after a wait that begins now.
fn after(wait: Duration) -> Time {
    Time::from_millis(Time::now().as_millis().saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
}
