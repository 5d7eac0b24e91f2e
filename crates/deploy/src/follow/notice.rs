//! Between the deploys of an environment: notices what somebody else changes there.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use landfall_journal::short_id;
use tokio::sync::watch;

use super::{
    host::{Host, News},
    keep::Kept,
};
use crate::{
    target::{DriftRequest, DriftSight, Drifted, TargetError},
    task::Task,
};

/// The wait after a failure.
const RETRY: Duration = Duration::from_secs(10);

/// So soon it is looked again whether somebody else's deploy is still what is there.
const AGAIN: Duration = Duration::from_secs(60);

/// What was noticed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Noticed {
    /// The objects that are not as applied.
    pub drifted: Vec<Drifted>,
    /// How often an object was seen to be as applied again.
    pub mended: u64,
    /// Whether only a new watch sees that all of them were corrected.
    pub by_content: bool,
    /// Another revision was deployed, and not by this process: that is no drift, and is left alone until the next commit.
    pub other: Option<String>,
}

impl Noticed {
    /// Whether everything is as applied.
    pub fn is_nothing(&self) -> bool {
        self.drifted.is_empty() && self.other.is_none()
    }
}

/// An environment that is being watched. Ends when it is dropped.
pub(super) struct Noticing {
    noticed: watch::Receiver<Noticed>,
    _task: Task<()>,
}

impl Noticing {
    /// Begins. `revision` is the one that is live.
    pub fn start(
        host: Arc<dyn Host>,
        environment: String,
        kept: Arc<Kept>,
        request: DriftRequest,
        revision: String,
    ) -> Self {
        let (tell, noticed) = watch::channel(Noticed::default());
        let notice = Notice { host, environment, kept, request, revision, tell };
        Self { noticed, _task: Task::spawn(notice.run()) }
    }

    /// What is not as applied now.
    pub fn noticed(&self) -> Noticed {
        self.noticed.borrow().clone()
    }

    /// Waits until that is something else.
    pub async fn changed(&mut self) {
        if self.noticed.changed().await.is_err() {
            // The task has ended by a fault of its own; there is nothing to wait for.
            std::future::pending::<()>().await;
        }
    }
}

struct Notice {
    host: Arc<dyn Host>,
    environment: String,
    kept: Arc<Kept>,
    request: DriftRequest,
    revision: String,
    tell: watch::Sender<Noticed>,
}

impl Notice {
    async fn run(self) {
        let mut warned = BTreeSet::new();
        loop {
            if let Err(error) = self.watch(&mut warned).await {
                self.warn(&mut warned, format!("changes by others cannot be seen now: {error}"));
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn watch(&self, warned: &mut BTreeSet<String>) -> Result<(), TargetError> {
        let mut watch = self.kept.target.watch_drift(&self.request).await?;
        loop {
            let mut sight = watch.next().await?;
            // What others deploy ends at some time; then it may be this process's again.
            loop {
                for warning in std::mem::take(&mut sight.warnings) {
                    self.warn(warned, warning);
                }
                let other = if sight.drifted.is_empty() { None } else { self.other().await? };
                let DriftSight { drifted, mended, by_content, .. } = sight.clone();
                let is_other = other.is_some();
                self.tell.send_if_modified(|noticed| {
                    let new = Noticed { drifted, mended, by_content, other };
                    let is_new = *noticed != new;
                    *noticed = new;
                    is_new
                });
                if !is_other {
                    break;
                }
                tokio::select! {
                    next = watch.next() => sight = next?,
                    () = tokio::time::sleep(AGAIN) => {}
                }
            }
        }
    }

    /// The revision that somebody else deploys or has deployed, if it is another one.
    async fn other(&self) -> Result<Option<String>, TargetError> {
        let Some(own) = self.kept.target.inventories(&self.request.key).await?.own else { return Ok(None) };
        let revision = own.deploying.map_or(own.revision, |deploying| deploying.revision);
        Ok(match revision {
            Some(revision) if revision == self.revision => None,
            Some(revision) => Some(short_id(&revision).to_owned()),
            None => Some("other manifests".to_owned()),
        })
    }

    fn warn(&self, warned: &mut BTreeSet<String>, what: String) {
        if warned.insert(what.clone()) {
            self.host.tell(News::Tended { environment: self.environment.clone(), what, is_warning: true });
        }
    }
}
