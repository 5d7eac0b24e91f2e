//! The commit that is live in an environment, while nothing is deployed: changes by others are noticed, and corrected by
//! deploying it again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use landfall_core::object::ObjectId;
use landfall_git::Commit;

use super::{
    fight::Fights,
    host::Host,
    keep::Kept,
    notice::{Noticed, Noticing},
};
use crate::{
    config::{Config, DriftMode},
    target::Drifted,
};

/// The wait after a correction that failed.
const RETRY: Duration = Duration::from_secs(30);

/// What is live.
pub(super) struct Live {
    pub commit: Arc<Commit>,
    config: Arc<Config>,
    kept: Arc<Kept>,
    noticing: Option<Noticing>,
    fights: History,
    /// A correction failed, and is not tried before then.
    not_before: Option<Instant>,
    /// What a correction was refused for; it is not tried before that is something else.
    refused: Option<Noticed>,
    /// What is being corrected.
    corrected: Noticed,
    told: Noticed,
}

/// The corrections so far.
struct History {
    fights: Fights,
    since: Instant,
}

impl Live {
    /// Begins to notice what others change; `None` where nobody asked for that.
    pub fn start(
        host: Arc<dyn Host>,
        environment: String,
        commit: Arc<Commit>,
        config: Arc<Config>,
        kept: Arc<Kept>,
    ) -> Option<Self> {
        kept.drift.as_ref()?;
        let fights = History { fights: Fights::default(), since: Instant::now() };
        let mut live = Self {
            commit,
            config,
            kept,
            noticing: None,
            fights,
            not_before: None,
            refused: None,
            corrected: Noticed::default(),
            told: Noticed::default(),
        };
        live.go_on(host, environment);
        Some(live)
    }

    /// Notices on, after a deploy that left everything as it was.
    pub fn go_on(&mut self, host: Arc<dyn Host>, environment: String) {
        let (kept, revision) = (Arc::clone(&self.kept), self.commit.id.to_string());
        let start = |request| Noticing::start(host, environment, kept, request, revision);
        self.noticing = self.kept.drift.clone().map(start);
    }

    /// Notices nothing: a deploy begins.
    pub fn rest(&mut self) {
        self.noticing = None;
    }

    /// A correction failed.
    pub fn failed(&mut self) {
        self.not_before = Some(Instant::now() + RETRY);
    }

    /// A correction was refused, and the next one will be.
    pub fn refused(&mut self) {
        self.refused = Some(self.corrected.clone());
    }

    /// What is not as applied, if that was not told yet.
    pub fn untold(&mut self) -> Option<Noticed> {
        let noticed = self.noticed();
        (noticed != self.told).then(|| {
            self.told = noticed.clone();
            noticed
        })
    }

    /// Takes over from what was live before a correction, which wrote these objects. Tells those with which a fight has begun.
    pub fn succeed(&mut self, before: Self, written: &[ObjectId]) -> Vec<Drifted> {
        self.fights = before.fights;
        let drifted = before.corrected.drifted.into_iter().filter(|drifted| written.contains(&drifted.object));
        let drifted: Vec<Drifted> = drifted.collect();
        let objects = drifted.iter().map(|drifted| &drifted.object);
        let begun = self.fights.fights.correct(objects, self.fights.since.elapsed());
        drifted.into_iter().filter(|drifted| begun.contains(&drifted.object)).collect()
    }

    /// What is not as applied.
    pub fn noticed(&self) -> Noticed {
        self.noticing.as_ref().map(Noticing::noticed).unwrap_or_default()
    }

    /// Whether it is corrected.
    pub fn corrects(&self) -> bool {
        self.kept.mode == DriftMode::Correct
    }

    /// Waits until something else is not as applied.
    pub async fn changed(&mut self) {
        match &mut self.noticing {
            Some(noticing) => noticing.changed().await,
            None => std::future::pending().await,
        }
    }

    /// When to correct something; `None` where there is nothing to correct.
    pub fn due_in(&self) -> Option<Duration> {
        let noticed = self.noticed();
        if !self.corrects() || noticed.other.is_some() || self.refused.as_ref() == Some(&noticed) {
            return None;
        }
        let objects = noticed.drifted.iter().map(|drifted| &drifted.object);
        let rest = self.fights.fights.rest(objects, self.fights.since.elapsed())?;
        let failed = self.not_before.map(|then| then.saturating_duration_since(Instant::now())).unwrap_or_default();
        Some(rest.max(failed))
    }

    /// Begins a correction, which deploys this commit again.
    pub fn correct(&mut self) -> (Arc<Commit>, Arc<Config>) {
        self.corrected = self.noticed();
        self.noticing = None;
        (Arc::clone(&self.commit), Arc::clone(&self.config))
    }
}
