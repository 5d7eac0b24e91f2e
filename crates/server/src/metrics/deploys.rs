//! How deploys end, and how long they take.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use landfall_deploy::{follow::News, progress::Event};
use landfall_journal::Outcome;
use prometheus_client::{
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::{
    Durations, durations,
    labels::{OfEnvironment, OfOutcome},
};

/// The counts of deploys.
pub(super) struct Deploys {
    ended: Family<OfOutcome, Counter>,
    first_write: Durations<OfEnvironment>,
    live: Durations<OfEnvironment>,
    /// The commits on their way.
    seen: Mutex<BTreeMap<OfEnvironment, Seen>>,
}

/// A commit on its way.
struct Seen {
    revision: String,
    at: Instant,
    has_written: bool,
}

impl Deploys {
    pub fn register(registry: &mut Registry) -> Self {
        let buckets = || Histogram::new([1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0]);
        let deploys = Self {
            ended: Family::default(),
            first_write: durations(buckets),
            live: durations(buckets),
            seen: Mutex::default(),
        };
        let help = "Deploys that have ended, by the word of the journal; each repetition counts";
        registry.register("deploys", help, deploys.ended.clone());
        let help = "From the moment a commit was seen to its first write";
        registry.register_with_unit("deploy_first_write", help, Unit::Seconds, deploys.first_write.clone());
        let help = "From the moment a commit was seen until all that it changed is live";
        registry.register_with_unit("deploy_live", help, Unit::Seconds, deploys.live.clone());
        deploys
    }

    pub fn tell(&self, repository: &str, news: &News) {
        match news {
            News::Begins { environment, commit } => {
                let seen = Seen { revision: commit.id.to_string(), at: Instant::now(), has_written: false };
                self.seen().insert(OfEnvironment::new(repository, environment), seen);
            }
            News::Ended { environment, commit, outcome, .. } => {
                self.count(repository, environment, *outcome);
                let of = OfEnvironment::new(repository, environment);
                let mut all = self.seen();
                // An older commit that gave way says nothing of the newer one.
                let seen = all.get(&of).filter(|seen| seen.revision == commit.id.as_str() && seen.has_written);
                if let (Outcome::Live, Some(seen)) = (outcome, seen) {
                    self.live.get_or_create(&of).observe(seen.at.elapsed().as_secs_f64());
                    all.remove(&of);
                }
            }
            News::FailedAgain { environment, outcome, .. } => self.count(repository, environment, *outcome),
            _ => {}
        }
    }

    pub fn step(&self, repository: &str, environment: &str, event: &Event) {
        if !matches!(event, Event::Applying { .. } | Event::Pruning { .. }) {
            return;
        }
        let of = OfEnvironment::new(repository, environment);
        if let Some(seen) = self.seen().get_mut(&of).filter(|seen| !seen.has_written) {
            seen.has_written = true;
            self.first_write.get_or_create(&of).observe(seen.at.elapsed().as_secs_f64());
        }
    }

    fn count(&self, repository: &str, environment: &str, outcome: Outcome) {
        let (repository, environment) = (repository.to_owned(), environment.to_owned());
        self.ended.get_or_create(&OfOutcome { repository, environment, outcome: outcome.as_str() }).inc();
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, BTreeMap<OfEnvironment, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
