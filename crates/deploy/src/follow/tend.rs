//! Between the deploys of an environment: a target without controllers of its own is tended.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinHandle};

use super::{
    host::{Host, News},
    keep::Kept,
};
use crate::target::Tended;

/// The wait after a failure.
const RETRY: Duration = Duration::from_secs(30);

/// A target that is being tended. Dropping it begins nothing new; what is under way comes to its end.
pub(super) struct Tending {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Tending {
    /// Begins.
    pub fn start(host: Arc<dyn Host>, environment: String, kept: Arc<Kept>) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: tokio::spawn(tend(host, environment, kept, stopped)) }
    }

    /// Begins nothing new, and returns when what is under way has ended.
    pub async fn end(self) {
        self.stop.send_replace(true);
        // It tells by itself what came of it.
        let _ended = self.task.await;
    }
}

async fn tend(host: Arc<dyn Host>, environment: String, kept: Arc<Kept>, mut stopped: watch::Receiver<bool>) {
    // What does not work is tried again and again, and told once.
    let mut warned = BTreeSet::new();
    let mut is_needed = false;
    loop {
        let tended = kept.target.tend(&kept.key, &kept.holder).await;
        let is_known = tended.is_ok();
        let Tended { rest, news, warnings } = tended.unwrap_or_else(|error| Tended {
            rest: Some(RETRY),
            news: Vec::new(),
            // Before anything is known of CronJobs there may be none, and the deploy tells what does not work.
            warnings: is_needed.then(|| format!("CronJobs cannot be run now: {error}")).into_iter().collect(),
        });
        if is_known {
            is_needed = rest.is_some();
        }
        let news = news.into_iter().map(|what| (what, false));
        let warnings = warnings.into_iter().filter(|what| warned.insert(what.clone())).map(|what| (what, true));
        for (what, is_warning) in news.chain(warnings.collect::<Vec<_>>()) {
            host.tell(News::Tended { environment: environment.clone(), what, is_warning });
        }
        let Some(rest) = rest else { return };
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            // Its sender is dropped where nobody waits for the end.
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}
