//! While another process follows the repository: waits for its turn, and shows what is known meanwhile.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use landfall_git::Commit;
use landfall_journal::{Candidate, Deploy, Election, Filter, Journal, Place, Time};

use super::{
    host::News,
    look::{Look, Seen, in_words, look},
    repository::Follower,
};
use crate::{
    config::Config,
    pause::{Pause, ReadConfig},
};

/// How often it asks whether the leader is gone, and what the journal has.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it looks at the repository, in rounds of [`PATIENCE`]: what it finds is only shown.
const LOOKS: u32 = 15;

/// What a standby shows.
#[derive(Default)]
struct Shown {
    seen: Seen,
    /// The configuration in force.
    config: Option<Arc<Config>>,
    /// Whether the newest commit has one that cannot be used.
    is_broken: bool,
    places: Vec<(String, Place)>,
    /// The newest deploys that were told.
    recorded: BTreeMap<String, Deploy>,
    /// The pauses that were told.
    paused: BTreeMap<String, Arc<Pause>>,
}

/// The newest deploy of a place. A journal that does not answer is told of by the next deploy.
pub(super) async fn newest(journal: &Journal, place: Place) -> Option<Deploy> {
    let newest = Filter { place: Some(place), limit: Some(1), ..Filter::default() };
    journal.deploys(&newest).await.ok()?.deploys.pop().map(|summary| summary.deploy)
}

impl Follower {
    /// Waits until this process leads. False once the program is to end.
    pub(super) async fn until_it_leads(&mut self, candidate: &mut Candidate) -> bool {
        let (mut told, mut shown) = (None, Shown::default());
        for round in 0_u32.. {
            if *self.ends.borrow() {
                return false;
            }
            let news = match candidate.stand().await {
                Ok(Election::Leads) => break,
                Ok(Election::StandsBy(leader)) => News::StandsBy { leader },
                Err(error) => News::NotElected { reason: error.to_string() },
            };
            if told.as_ref() != Some(&news) {
                self.host.tell(news.clone());
                told = Some(news);
            }
            self.show(&mut shown, round % LOOKS == 0).await;
            tokio::select! {
                () = tokio::time::sleep(PATIENCE) => {}
                changed = self.ends.changed() => if changed.is_err() { return false },
            }
        }
        if told.is_some() {
            self.host.tell(News::Leads);
        }
        true
    }

    /// Lets the board have what the journal says of each environment. A fault is not told: it is the leader's to deal with.
    async fn show(&self, shown: &mut Shown, looks: bool) {
        if looks {
            let (mirror, mut seen) = (Arc::clone(&self.mirror), std::mem::take(&mut shown.seen));
            let looked = tokio::task::spawn_blocking(move || {
                let look = look(&mirror, &mut seen);
                (look, seen)
            });
            if let Ok((looked, seen)) = looked.await {
                shown.seen = seen;
                if let Ok(Look::News { head, config }) = looked {
                    self.show_configured(shown, &head, config).await;
                }
            }
        }
        for (environment, place) in &shown.places {
            let Some(deploy) = newest(&self.journal, place.clone()).await else { continue };
            // Whoever has the page open is not to load it anew for nothing.
            if shown.recorded.get(environment) != Some(&deploy) {
                shown.recorded.insert(environment.clone(), deploy.clone());
                self.host.tell(News::Recorded { environment: environment.clone(), deploy: Box::new(deploy) });
            }
        }
    }

    /// Lets the board have the environments of a configuration; of the last good one where it is broken.
    async fn show_configured(&self, shown: &mut Shown, head: &Commit, config: ReadConfig) {
        let config = match config {
            Ok(config) => {
                if std::mem::take(&mut shown.is_broken) {
                    self.host.tell(News::GoodConfig);
                }
                Some(config)
            }
            Err(faults) => {
                shown.is_broken = true;
                self.host.tell(News::BrokenConfig { revision: head.id.to_string(), reason: in_words(&faults) });
                match shown.config.take() {
                    Some(config) => Some(config),
                    None => self.last_good(head).await,
                }
            }
        };
        let Some(config) = config else { return };
        let places = self.places(&config, head).await;
        for (environment, _) in std::mem::replace(&mut shown.places, places) {
            if !config.environments.contains_key(&environment) {
                self.host.tell(News::Left { environment });
            }
        }
        self.show_pauses(&mut shown.paused, &config).await;
        shown.config = Some(config);
    }

    /// Tells of each pause once, and when a commit has ended it.
    async fn show_pauses(&self, told: &mut BTreeMap<String, Arc<Pause>>, config: &Arc<Config>) {
        for (name, of) in self.chosen(config) {
            let (mirror, branch, environment) = (Arc::clone(&self.mirror), of.branch.clone(), name.clone());
            let Ok(Ok(tip)) = tokio::task::spawn_blocking(move || mirror.branch(&branch)).await else { continue };
            let tip = Arc::new(tip);
            let pause = self.pause(name, Some(&tip), config).await;
            match pause.filter(|pause| pause.rest(Time::now()).is_some()) {
                Some(pause) if told.get(name) == Some(&pause) => {}
                Some(pause) => {
                    let commit = Box::new(tip.as_ref().clone());
                    self.host.tell(News::Paused { environment, commit, pause: pause.as_ref().clone() });
                    told.insert(name.clone(), pause);
                }
                None if told.remove(name).is_some() => self.host.tell(News::Resumed { environment }),
                None => {}
            }
        }
    }

    async fn places(&self, config: &Config, head: &Commit) -> Vec<(String, Place)> {
        let mut places = Vec::new();
        for (name, environment) in self.chosen(config) {
            let branch = environment.branch.clone();
            self.host.tell(News::Follows { environment: name.clone(), branch });
            if let Ok(place) = self.host.place(config, name, head).await {
                places.push((name.clone(), place));
            }
        }
        places
    }
}
