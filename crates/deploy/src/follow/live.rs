//! The commit that is live in an environment, while nothing is deployed: changes by others are noticed, and corrected by
//! deploying it again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use landfall_core::object::ObjectId;
use landfall_git::Commit;

use super::{
    alone::Alone,
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

/// So soon the watch of a cluster has shown what was corrected.
const SHOWN: Duration = Duration::from_secs(3);

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
    refused: Option<Vec<Drifted>>,
    /// What is being corrected.
    corrected: Noticed,
    /// When single objects were corrected; the watch may show them as they were before for a moment.
    alone: Option<Instant>,
    /// The next correction is of the whole environment.
    whole: bool,
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
            alone: None,
            whole: false,
            told: Noticed::default(),
        };
        live.go_on(host, environment);
        Some(live)
    }

    /// Notices on, after a deploy that left everything as it was.
    pub fn go_on(&mut self, host: Arc<dyn Host>, environment: String) {
        let (kept, revision) = (Arc::clone(&self.kept), self.commit.id.to_string());
        let start = |request| Noticing::start(host, environment, kept, request, revision);
        self.noticing = self.noticing.take().or_else(|| self.kept.drift.clone().map(start));
    }

    /// Notices nothing: a deploy begins.
    pub fn rest(&mut self) {
        self.noticing = None;
    }

    /// A correction failed.
    pub fn failed(&mut self) {
        self.not_before = Some(Instant::now() + RETRY);
        self.whole = true;
    }

    /// A correction was refused, and the next one will be.
    pub fn refused(&mut self) {
        self.refused = Some(self.corrected.drifted.clone());
    }

    /// What is not as applied, if that was not told yet.
    pub fn untold(&mut self) -> Option<Noticed> {
        let noticed = self.noticed();
        let is_told = noticed == self.told || noticed.is_nothing() && self.told.is_nothing();
        (!is_told && self.shows_later(&noticed).is_none()).then(|| {
            self.told = noticed.clone();
            noticed
        })
    }

    /// Takes over from what was live before a correction, which wrote these objects. Tells those with which a fight has begun.
    pub fn succeed(&mut self, before: Self, written: &[ObjectId]) -> Vec<Drifted> {
        self.fights = before.fights;
        self.fights.corrected(&before.corrected, written)
    }

    /// Goes on after a correction of single objects, which wrote these. Tells those with which a fight has begun.
    pub fn corrected(&mut self, written: &[ObjectId]) -> Vec<Drifted> {
        (self.alone, self.not_before, self.refused) = (Some(Instant::now()), None, None);
        self.told = Noticed::default();
        self.fights.corrected(&self.corrected, written)
    }

    /// How long to wait for the watch to show what was corrected; `None` where it shows something else already, or never will.
    fn shows_later(&self, noticed: &Noticed) -> Option<Duration> {
        let since = self.alone.filter(|_| *noticed == self.corrected)?;
        SHOWN.checked_sub(since.elapsed())
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
        if !self.corrects() || noticed.other.is_some() || self.refused.as_ref() == Some(&noticed.drifted) {
            return None;
        }
        let objects = noticed.drifted.iter().map(|drifted| &drifted.object);
        let rest = self.fights.fights.rest(objects, self.fights.since.elapsed())?;
        let failed = self.not_before.map(|then| then.saturating_duration_since(Instant::now())).unwrap_or_default();
        let shown = self.shows_later(&noticed).unwrap_or_default();
        Some(rest.max(failed).max(shown))
    }

    /// Begins a correction, which deploys this commit again: of it, the objects that are not as applied, where they are few,
    /// and deploying them has not been in vain.
    pub fn correct(&mut self) -> (Arc<Commit>, Arc<Config>, Option<Alone>) {
        let noticed = self.noticed();
        let was_in_vain = self.alone.is_some() && noticed == self.corrected;
        let needs_all = self.whole || was_in_vain || noticed.by_content;
        let alone = if needs_all { None } else { Alone::of(&self.kept, &noticed.drifted) };
        (self.corrected, self.alone) = (noticed, None);
        if alone.is_none() {
            self.noticing = None;
        }
        (Arc::clone(&self.commit), Arc::clone(&self.config), alone)
    }
}

impl History {
    /// Notes a correction that wrote these objects. Tells those with which a fight has begun.
    fn corrected(&mut self, corrected: &Noticed, written: &[ObjectId]) -> Vec<Drifted> {
        let drifted = corrected.drifted.iter().filter(|drifted| written.contains(&drifted.object));
        let begun = self.fights.correct(drifted.clone().map(|drifted| &drifted.object), self.since.elapsed());
        drifted.filter(|drifted| begun.contains(&drifted.object)).cloned().collect()
    }
}
