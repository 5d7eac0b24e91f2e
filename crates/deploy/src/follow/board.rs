//! How all environments stand right now, for whoever wants to look. What is over is in the journal.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use landfall_core::{object::ObjectId, rollout::Rollout};
use landfall_git::Commit;
use landfall_journal::{Deploy, Outcome, Place, Time, short_id};
use serde::Serialize;
use tokio::sync::watch;

use super::{attempt::Ended, host::News};
use crate::{pause::Pause, progress::Event, target::Drifted};

const NOT_ELECTED: &str = "is not followed, since it cannot be found out who does: ";

/// How all environments stand right now.
pub struct Board {
    standing: Mutex<Standing>,
    changed: watch::Sender<u64>,
}

/// Everything on a board.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// The repositories by their addresses, without credentials.
    pub repositories: BTreeMap<String, Repository>,
}

/// One repository.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Repository {
    /// Why it cannot be read, or why its configuration cannot be used; the last good state is followed.
    pub faults: Vec<String>,
    /// Who follows it, where this process does not.
    pub leader: Option<String>,
    /// Its environments by their names.
    pub environments: BTreeMap<String, Environment>,
}

/// One environment.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// The branch that it follows.
    pub branch: String,
    /// Where its objects are, in words; `None` before its first deploy.
    pub target: Option<String>,
    /// Where its deploys are recorded; `None` before its first deploy.
    #[serde(skip)]
    pub place: Option<Place>,
    /// The commit that is being deployed, or was last.
    pub commit: Option<CommitWords>,
    /// How far that is.
    pub phase: Phase,
    /// Since when.
    pub since: Option<Time>,
    /// The objects that somebody else has changed.
    pub drifted: Vec<Drifted>,
    /// The objects that somebody else changes again and again, since the last commit.
    pub fights: Vec<String>,
    /// The revision that was deployed by hand; it stays until the next commit.
    pub other: Option<String>,
    /// Why nothing is deployed to it, where it is paused.
    pub paused: Option<Pause>,
    /// Its workloads on their way, while it is being deployed.
    pub rollouts: Vec<Rollout>,
}

/// A commit in words.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommitWords {
    /// The full id.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
}

/// How far a commit is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", tag = "name")]
pub enum Phase {
    /// It was not looked at yet.
    #[default]
    Unknown,
    /// There is no such branch; what was live stays.
    NoBranch,
    /// It is planned, checked and written.
    Writing,
    /// It is written, and on its way to live.
    Rolling,
    /// It is done: live, or another one took its place.
    Done,
    /// It failed.
    Failed {
        /// Why.
        reason: String,
        /// When it is tried again; `None` where only another commit helps.
        again: Option<Time>,
    },
}

impl Standing {
    /// The names of all environments, each once.
    pub fn environments(&self) -> Vec<String> {
        let names = self.repositories.values().flat_map(|repository| repository.environments.keys());
        names.collect::<BTreeSet<_>>().into_iter().cloned().collect()
    }
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

impl Repository {
    fn replace_fault(&mut self, begin: &str, rest: &str) {
        self.forget(begin);
        self.faults.push(format!("{begin}{rest}"));
    }

    fn forget(&mut self, begin: &str) {
        self.faults.retain(|fault| !fault.starts_with(begin));
    }
}

impl Environment {
    fn enter(&mut self, phase: Phase) {
        if self.phase != phase {
            self.since = Some(Time::now());
        }
        self.phase = phase;
    }

    /// What the journal has of its newest deploy.
    fn show(&mut self, deploy: &Deploy) {
        self.commit = deploy.revision.as_ref().map(|revision| CommitWords {
            id: revision.clone(),
            subject: deploy.subject.clone().unwrap_or_default(),
            author: deploy.author.clone().unwrap_or_default(),
        });
        self.since = Some(deploy.moment());
        self.phase = match deploy.outcome {
            Outcome::Running if deploy.applied.is_some() => Phase::Rolling,
            Outcome::Running => Phase::Writing,
            Outcome::Live | Outcome::Applied | Outcome::Superseded => Phase::Done,
            other => Phase::Failed { reason: deploy.reason.clone().unwrap_or_else(|| other.to_string()), again: None },
        };
    }

    fn rolls(&mut self, rollout: &Rollout) {
        let key = |rollout: &Rollout| -> ObjectId { rollout.id.clone() };
        match self.rollouts.binary_search_by_key(&rollout.id, key) {
            Ok(at) => self.rollouts[at] = rollout.clone(),
            Err(at) => self.rollouts.insert(at, rollout.clone()),
        }
    }
}

impl CommitWords {
    fn of(commit: &Commit) -> Self {
        Self { id: commit.id.to_string(), subject: commit.subject.clone(), author: commit.author.name.clone() }
    }
}
