//! An environment that is paused: what is told of it, and what is looked after all the same.

use std::{collections::BTreeMap, sync::Arc};

use landfall_git::{Commit, Revision};
use landfall_journal::{Journal, Standing, Time};
use tokio::runtime::Handle;

use super::{
    environment::{Loop, Wanted},
    host::{Host, News, Prepared},
    keep::Kept,
    standby::newest,
    tend::Tending,
    under_way::own_config,
};
use crate::{
    config::{Config, DriftMode},
    pause::Pause,
};

/// The pause that was told last, with the commit that it holds back, or that there is none; `None` before anything was told.
pub(super) type ToldPause = Option<Option<(Arc<Pause>, Revision)>>;

impl Loop {
    /// Tells of each commit that is not deployed, and when that is over. The sinks are told once, whichever process began or
    /// ended it.
    pub(super) async fn tell_pause(&self, wanted: &Wanted, told: &mut ToldPause) {
        let environment = self.name.clone();
        let Some(commit) = wanted.commit.as_ref() else { return };
        let holds = wanted.pause.as_ref().filter(|pause| pause.rest(Time::now()).is_some());
        let now = holds.map(|pause| (Arc::clone(pause), commit.id.clone()));
        if told.as_ref() == Some(&now) {
            return;
        }
        let was_paused = told.replace(now).flatten().is_some();
        let standing = match holds {
            Some(pause) => {
                let (commit, pause) = (Box::new(commit.as_ref().clone()), pause.as_ref().clone());
                let words = pause.in_words(|time| time.to_string());
                self.host.tell(News::Paused { environment, commit, pause });
                Standing::Paused(words)
            }
            None => {
                if was_paused {
                    self.host.tell(News::Resumed { environment });
                }
                Standing::NotPaused
            }
        };
        self.stands(&standing).await;
    }

    /// Lets the board have what the journal says of an environment that is paused from the start, and tends its target.
    pub(super) async fn look_around(&self, commit: Arc<Commit>, fallback: Arc<Config>) -> Option<Tending> {
        let (mirror, host, journal) = (Arc::clone(&self.mirror), Arc::clone(&self.host), Arc::clone(&self.journal));
        let (name, runtime) = (self.name.clone(), Handle::current());
        let looked = tokio::task::spawn_blocking(move || {
            let (config, _) = own_config(&mirror, &commit, fallback).ok()?;
            runtime.block_on(kept(host.as_ref(), &journal, &config, &name, &commit))
        });
        let kept = looked.await.ok().flatten()?;
        Some(Tending::start(Arc::clone(&self.host), self.name.clone(), Arc::new(kept)))
    }
}

/// The target of an environment, if it is to be tended. Tells what the journal has of the environment.
async fn kept(host: &dyn Host, journal: &Journal, config: &Config, name: &str, commit: &Commit) -> Option<Kept> {
    let prepared = host.prepare(config, name, commit, None).await;
    let Prepared { target, request, .. } = prepared
        .inspect_err(|fault| {
            let (environment, what) = (name.to_owned(), fault.message.clone());
            host.tell(News::Tended { environment, what, is_warning: true });
        })
        .ok()?;
    let key = request.key(target.as_ref());
    if let Some(deploy) = newest(journal, key.place(target.as_ref())).await {
        host.tell(News::Recorded { environment: name.to_owned(), deploy: Box::new(deploy) });
    }
    (!target.rolls_by_itself()).then(|| Kept {
        target,
        key,
        holder: request.holder,
        mode: DriftMode::Ignore,
        drift: None,
        files: BTreeMap::new(),
        written: Vec::new(),
    })
}
