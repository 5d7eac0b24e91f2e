//! One repository, watched for all of its environments.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use landfall_git::{Commit, Error, Mirror};
use landfall_journal::{Candidate, Journal};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};

use super::{
    attempt::Ended,
    environment::{Loop, Wanted},
    host::{Host, News},
    look::{Look, Seen, in_words, last_good, look},
    pace::Pace,
};
use crate::{
    config::{self, Config},
    pause::{self, Pause},
};

/// How often to ask whether this process still leads.
const CHECKS: Duration = Duration::from_secs(2);

/// Follows one repository.
pub struct Follower {
    /// The repository.
    pub mirror: Arc<Mirror>,
    /// The program around it.
    pub host: Arc<dyn Host>,
    /// Where deploys are recorded. Of several processes with the same journal, one follows the repository.
    pub journal: Arc<Journal>,
    /// Who this process is, for the others.
    pub me: String,
    /// How often to look when nobody gives a hint.
    pub interval: Duration,
    /// The environments that are followed; all if there are none.
    pub only: BTreeSet<String>,
    /// Somebody says that there may be something new.
    pub hint: Arc<Notify>,
    /// True once the program is to end.
    pub ends: watch::Receiver<bool>,
}

/// What one pass over a repository brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// How each environment's newest commit ended; `None` where its branch has none.
    pub environments: BTreeMap<String, Option<Ended>>,
    /// Why the repository could not be followed.
    pub fault: Option<String>,
}

/// The environments that are followed now.
#[derive(Default)]
struct Followed {
    config: Option<Arc<Config>>,
    loops: BTreeMap<String, (watch::Sender<Wanted>, JoinHandle<Option<Ended>>)>,
    /// Loops of environments that the configuration has no more, which bring to its end what is under way.
    left: Vec<JoinHandle<Option<Ended>>>,
    /// What was told and need not be told again.
    told: Vec<News>,
}

impl Follower {
    /// Follows whenever this process leads, until the program ends.
    pub async fn run(mut self) {
        // Whoever follows other environments of it is no rival.
        let only: Vec<&str> = self.only.iter().map(String::as_str).collect();
        let mut candidate = self.journal.candidate(&format!("{} {}", self.mirror.url(), only.join(",")), &self.me);
        while self.until_it_leads(&mut candidate).await {
            self.follow(&mut candidate).await;
        }
    }

    /// Looks, deploys and looks again, until the program ends or another process leads; then lets what is under way end.
    async fn follow(&mut self, candidate: &mut Candidate) {
        let (mut followed, mut seen) = (Followed::default(), Seen::default());
        let mut pace = Pace::new(self.interval);
        let mut checks = tokio::time::interval(CHECKS);
        let mut leads = true;
        while leads && !*self.ends.borrow() {
            self.pass(&mut followed, &mut seen, &mut pace, false).await;
            let rest = tokio::time::sleep(pace.wait(rand::random()));
            tokio::pin!(rest);
            loop {
                tokio::select! {
                    () = &mut rest => break,
                    // After a failure a hint is no reason to hurry: whoever floods hints must not flood the repository.
                    () = self.hint.notified(), if pace.failures() == 0 => break,
                    _ = self.ends.changed() => break,
                    _ = checks.tick() => {
                        leads = candidate.leads().await;
                        if !leads {
                            break;
                        }
                    }
                }
            }
        }
        for (wanted, _) in followed.loops.values() {
            wanted.send_modify(|wanted| wanted.ends = true);
        }
        for task in followed.loops.into_values().map(|(_, task)| task).chain(followed.left) {
            // The loop tells and records all by itself.
            let _ = task.await;
        }
        self.host.configured(None).await;
    }

    /// Looks once, and deploys what is new.
    pub async fn once(self) -> Pass {
        let (mut followed, mut seen) = (Followed::default(), Seen::default());
        let mut pace = Pace::new(self.interval);
        let fault = self.pass(&mut followed, &mut seen, &mut pace, true).await;
        let mut environments = BTreeMap::new();
        for (name, (_wanted, task)) in followed.loops {
            environments.insert(name, task.await.unwrap_or(Some(Ended::PassingFault)));
        }
        Pass { environments, fault }
    }

    async fn pass(&self, followed: &mut Followed, seen: &mut Seen, pace: &mut Pace, once: bool) -> Option<String> {
        let (mirror, host) = (Arc::clone(&self.mirror), Arc::clone(&self.host));
        let mut before = std::mem::take(seen);
        let looked = tokio::task::spawn_blocking(move || {
            let began = Instant::now();
            let look = look(&mirror, &mut before);
            host.looked(began.elapsed(), look.is_err());
            (look, before)
        });
        let result = match looked.await {
            Ok((look, after)) => {
                *seen = after;
                look.map_err(|error| said(&error))
            }
            Err(error) => Err(format!("The repository could not be looked at, which is a fault of Landfall: {error}")),
        };
        match result {
            Ok(look) => {
                pace.succeeded();
                if followed.forget(|news| matches!(news, News::Unreadable { .. })) {
                    self.host.tell(News::ReadableAgain);
                }
                self.take_in(followed, look, once).await
            }
            Err(reason) => {
                pace.failed();
                self.tell_once(followed, News::Unreadable { reason: reason.clone() });
                Some(reason)
            }
        }
    }

    async fn take_in(&self, followed: &mut Followed, look: Look, once: bool) -> Option<String> {
        let mut fault = None;
        match look {
            Look::Same => return None,
            Look::Empty => {
                self.tell_once(followed, News::NoCommits);
                return Some("The repository has no commits yet".to_owned());
            }
            Look::News { head, config } => {
                followed.forget(|news| matches!(news, News::NoCommits));
                match config {
                    Ok(config) => {
                        let was_broken = followed.forget(|news| matches!(news, News::BrokenConfig { .. }));
                        if was_broken || followed.config.is_none() {
                            self.host.tell(News::GoodConfig);
                        }
                        if followed.config.as_ref() != Some(&config) {
                            self.host.configured(Some(&config)).await;
                        }
                        followed.config = Some(config);
                    }
                    Err(faults) => {
                        let reason = in_words(&faults);
                        fault = Some(reason.clone());
                        self.tell_once(followed, News::BrokenConfig { revision: head.id.to_string(), reason });
                        if followed.config.is_none() {
                            followed.config = self.last_good(&head).await;
                            if let Some(config) = &followed.config {
                                self.host.configured(Some(config)).await;
                            }
                        }
                    }
                }
            }
        }
        let Some(config) = followed.config.clone() else { return fault };
        self.leave_others(followed, &config).await;
        for environment in self.only.iter().filter(|name| !config.environments.contains_key(*name)) {
            let known = config.environments.keys().cloned().collect();
            let news = News::NoEnvironment { environment: environment.clone(), known };
            fault.get_or_insert_with(|| format!("landfall.yaml has no environment {environment}"));
            self.tell_once(followed, news);
        }
        followed.forget(|news| match news {
            News::NoEnvironment { environment, .. } => config.environments.contains_key(environment),
            _ => false,
        });
        for (name, environment) in self.chosen(&config) {
            let commit = self.tip(followed, name, &environment.branch).await;
            let pause = self.pause(name, commit.as_ref(), &config).await;
            let is_new = !followed.loops.contains_key(name);
            if is_new {
                let (environment, branch) = (name.clone(), environment.branch.clone());
                self.host.tell(News::Follows { environment, branch });
                let parts = Loop {
                    name: name.clone(),
                    mirror: Arc::clone(&self.mirror),
                    host: Arc::clone(&self.host),
                    journal: Arc::clone(&self.journal),
                    once,
                };
                let (sender, receiver) =
                    watch::channel(Wanted { commit, config: Some(Arc::clone(&config)), pause, ends: false });
                followed.loops.insert(name.clone(), (sender, tokio::spawn(parts.run(receiver))));
            } else if let Some((sender, _)) = followed.loops.get(name) {
                sender.send_modify(|wanted| {
                    wanted.config = Some(Arc::clone(&config));
                    // A branch that is gone says nothing of what should be live.
                    if commit.is_some() {
                        wanted.commit = commit;
                        wanted.pause = pause;
                    }
                });
            }
        }
        fault
    }

    /// The last configuration that could be used, where this process has not seen it yet.
    pub(super) async fn last_good(&self, head: &Commit) -> Option<Arc<Config>> {
        let (mirror, head) = (Arc::clone(&self.mirror), head.clone());
        tokio::task::spawn_blocking(move || last_good(&mirror, &head)).await.ok().flatten()
    }

    /// The environments that are followed.
    pub(super) fn chosen<'c>(&self, config: &'c Config) -> impl Iterator<Item = (&'c String, &'c config::Environment)> {
        let is_chosen = |name: &String| self.only.is_empty() || self.only.contains(name);
        config.environments.iter().filter(move |(name, _)| is_chosen(name))
    }

    /// The commit that a branch stands at.
    async fn tip(&self, followed: &mut Followed, environment: &str, branch: &str) -> Option<Arc<Commit>> {
        let (mirror, name) = (Arc::clone(&self.mirror), branch.to_owned());
        let found = tokio::task::spawn_blocking(move || mirror.branch(&name)).await;
        match found {
            Ok(Ok(commit)) => {
                followed.forget(|news| matches!(news, News::NoBranch { environment: of, .. } if of == environment));
                Some(Arc::new(commit))
            }
            _ => {
                let news = News::NoBranch { environment: environment.to_owned(), branch: branch.to_owned() };
                self.tell_once(followed, news);
                None
            }
        }
    }

    /// What the branch says of a pause.
    pub(super) async fn pause(
        &self,
        environment: &str,
        tip: Option<&Arc<Commit>>,
        config: &Arc<Config>,
    ) -> Option<Arc<Pause>> {
        let (mirror, name) = (Arc::clone(&self.mirror), environment.to_owned());
        let (tip, fallback) = (Arc::clone(tip?), Arc::clone(config));
        let found = tokio::task::spawn_blocking(move || pause::of_tip(&mirror, &tip, &name, &fallback)).await;
        found.ok().flatten().map(Arc::new)
    }

    /// Ends the loops of environments that the configuration has no more.
    async fn leave_others(&self, followed: &mut Followed, config: &Config) {
        let gone: Vec<String> =
            followed.loops.keys().filter(|name| !config.environments.contains_key(*name)).cloned().collect();
        for environment in gone {
            if let Some((wanted, task)) = followed.loops.remove(&environment) {
                wanted.send_modify(|wanted| wanted.ends = true);
                followed.left.push(task);
            }
            self.host.tell(News::Left { environment });
        }
    }

    fn tell_once(&self, followed: &mut Followed, news: News) {
        if !followed.told.contains(&news) {
            // Another reason of the same kind takes the place of the last one.
            let kind = std::mem::discriminant(&news);
            followed.told.retain(|told| {
                std::mem::discriminant(told) != kind
                    || matches!(told, News::NoBranch { .. } | News::NoEnvironment { .. })
            });
            followed.told.push(news.clone());
            self.host.tell(news);
        }
    }
}

impl Followed {
    /// Forgets what was told, since it is over; says whether there was any.
    fn forget(&mut self, is_over: impl Fn(&News) -> bool) -> bool {
        let before = self.told.len();
        self.told.retain(|news| !is_over(news));
        self.told.len() < before
    }
}

/// An error with its advice.
fn said(error: &Error) -> String {
    match error.hint() {
        Some(hint) => format!("{error}. {hint}"),
        None => error.to_string(),
    }
}
