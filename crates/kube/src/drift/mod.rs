//! Notices what somebody else changes of an environment's objects: one watch a kind and namespace, of which nothing is kept
//! but what does not match. While nothing happens, nothing is asked.

mod feeds;
mod ledger;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures::TryStreamExt;
use kube::runtime::watcher;
use landfall_deploy::{
    target::{DriftRequest, DriftSight, DriftWatch, TargetError},
    task::Task,
};
use tokio::sync::Notify;

use crate::{http::Api, watch::feed};
use ledger::Ledger;

/// Changes come in bursts, such as a `kubectl delete` of many: a moment's rest tells them together.
const REST: Duration = Duration::from_millis(50);

/// The watches of an environment.
pub struct Noticing {
    ledger: Arc<Mutex<Ledger>>,
    changed: Arc<Notify>,
    _tasks: Vec<Task<()>>,
}

/// Begins to watch.
pub fn watch(api: &Arc<Api>, request: &DriftRequest) -> Noticing {
    let feeds = feeds::feeds(request);
    let ledger = Arc::new(Mutex::new(Ledger::new(&feeds, Arc::clone(&request.applied))));
    let changed = Arc::new(Notify::new());
    let follow = |(number, query): (usize, &feed::FeedQuery)| {
        let (ledger, changed) = (Arc::clone(&ledger), Arc::clone(&changed));
        let gvk = query.kind.gvk.clone();
        let mut stream = Box::pin(feed::follow(api.client.clone(), query));
        Task::spawn(async move {
            loop {
                let event = match stream.try_next().await {
                    Ok(None) => return,
                    event => event,
                };
                let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
                match event {
                    Ok(Some(watcher::Event::Init)) => ledger.begin(number),
                    Ok(Some(watcher::Event::InitApply(object) | watcher::Event::Apply(object))) => {
                        ledger.see(number, &object.into_whole(&gvk));
                    }
                    Ok(Some(watcher::Event::InitDone)) => ledger.end(number),
                    Ok(Some(watcher::Event::Delete(object))) => ledger.gone(number, &object.into_whole(&gvk)),
                    Ok(None) => return,
                    Err(error) => {
                        if let Some(reason) = feed::blindness(&error) {
                            ledger.blind(number, reason.to_string());
                        }
                    }
                }
                if ledger.has_changed() {
                    changed.notify_one();
                }
            }
        })
    };
    let tasks = feeds.iter().map(|feed| &feed.query).enumerate().map(follow).collect();
    Noticing { ledger, changed, _tasks: tasks }
}

#[async_trait]
impl DriftWatch for Noticing {
    async fn next(&mut self) -> Result<DriftSight, TargetError> {
        loop {
            if let Some(sight) = self.ledger.lock().unwrap_or_else(PoisonError::into_inner).take_sight() {
                return Ok(sight);
            }
            self.changed.notified().await;
            tokio::time::sleep(REST).await;
        }
    }
}
