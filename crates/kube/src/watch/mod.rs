//! Watches a deploy until it is live: one watch a kind and namespace, and a judgement of all objects whenever something
//! has changed.
//!
//! ```text
//! feed (I/O) -> store -> judge (pure) -> rollouts
//!                          ^  |
//!                    logs (I/O)
//! ```

pub(crate) mod feed;
mod judge;
mod logs;
pub(crate) mod queries;
mod store;
mod watched;

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use landfall_core::{
    health::{HealthState, ReadyConditions},
    inventory::Latest,
    object::ObjectId,
    rollout::{Rollout, Written},
};
use landfall_deploy::target::{Carried, Sight, TargetError, Watch, WatchRequest};
use tokio::time::{Instant, timeout, timeout_at};

use crate::{http::Api, inventory};
use feed::{FeedQuery, Sink};
use judge::{Awaited, judge};
use landfall_deploy::task::Task;
use logs::LogFetcher;
use queries::queries;

/// The first lists of a large cluster take their time; longer than this, the deploy goes on and sees them later.
const START_LIMIT: Duration = Duration::from_secs(10);

/// Changes come in bursts: a moment's rest judges them together.
const REST: Duration = Duration::from_millis(50);

/// Some states are hopeless only after a time, without anything that changes.
const TICK: Duration = Duration::from_secs(1);

/// Objects of a deploy that are being watched.
pub struct Watching {
    api: Arc<Api>,
    sink: Sink,
    feeds: Vec<FeedQuery>,
    awaited: Vec<Awaited>,
    index: HashMap<ObjectId, usize>,
    inventory: Option<usize>,
    inventory_name: String,
    inventory_version: Option<String>,
    logs: LogFetcher,
    ready_conditions: ReadyConditions,
    told: Vec<Option<Rollout>>,
    _tasks: Vec<Task<()>>,
}

/// Begins to watch, and returns when what is there now has been seen.
pub async fn watch(api: &Arc<Api>, request: &WatchRequest<'_>) -> Watching {
    let queries = queries(request);
    let sink = Sink::default();
    let start = |(id, query): (usize, &FeedQuery)| feed::start(api.client.clone(), id, query.clone(), sink.clone());
    let tasks: Vec<Task<()>> = queries.feeds.iter().enumerate().map(start).collect();
    let awaited: Vec<Awaited> = request
        .objects
        .iter()
        .zip(&queries.objects)
        .map(|((id, _), feed)| Awaited { id: id.clone(), feed: *feed, written: None })
        .collect();
    let begun = async {
        while !sink.with(|store| store.has_begun(queries.feeds.len())) {
            sink.changed.notified().await;
        }
    };
    if timeout(START_LIMIT, begun).await.is_err() {
        tracing::warn!("the watches are slow to begin");
    }
    Watching {
        api: Arc::clone(api),
        logs: LogFetcher::new(Arc::clone(api), Arc::clone(&sink.changed)),
        index: awaited.iter().enumerate().map(|(index, awaited)| (awaited.id.clone(), index)).collect(),
        told: vec![None; awaited.len()],
        awaited,
        inventory: queries.inventory,
        inventory_name: request.key.map(|key| key.name.clone()).unwrap_or_default(),
        inventory_version: None,
        ready_conditions: request.ready_conditions.clone(),
        feeds: queries.feeds,
        sink,
        _tasks: tasks,
    }
}

/// A state whose reason is about to arrive is told together with it: until then the one before it is, or where there is
/// none, that nothing is decided. What is hopeless ends the wait, and then nobody would read the reason.
fn without_haste(told: &mut Option<Rollout>, seen: Rollout, is_incomplete: bool) -> Rollout {
    let now = match told {
        Some(before) if is_incomplete && before.state.is_waiting() => before.clone(),
        None if is_incomplete && seen.state == HealthState::Hopeless => {
            Rollout { state: HealthState::Progressing, ..seen }
        }
        _ => seen,
    };
    told.insert(now).clone()
}

#[async_trait]
impl Watch for Watching {
    fn wrote(&mut self, id: &ObjectId, carried: &Carried) {
        if let Some(awaited) = self.index.get(id).and_then(|index| self.awaited.get_mut(*index)) {
            awaited.written = Some(Written { uid: carried.uid.clone(), generation: carried.generation });
        }
    }

    fn wrote_inventory(&mut self, version: &str) {
        self.inventory_version = Some(version.to_owned());
    }

    async fn next(&mut self, limit: Duration) -> Result<Sight, TargetError> {
        let deadline = Instant::now() + limit.min(TICK);
        if !self.sink.with(|store| store.take_changed()) {
            let changed = async {
                self.sink.changed.notified().await;
                tokio::time::sleep(REST).await;
            };
            // A tick is as good a reason to look again.
            let _ticked = timeout_at(deadline, changed).await;
            self.sink.with(|store| store.take_changed());
        }
        Ok(self.look())
    }
}

impl Watching {
    fn look(&mut self) -> Sight {
        let now = self.api.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let lines = self.logs.lines();
        let judged = self.sink.with(|store| judge(&self.awaited, store, &lines, &self.ready_conditions, &now));
        let mut rollouts = Vec::with_capacity(judged.len());
        for ((rollout, queries), told) in judged.into_iter().zip(&mut self.told) {
            let is_incomplete = self.logs.ask(&queries, &lines);
            rollouts.push(without_haste(told, rollout, is_incomplete));
        }
        Sight { rollouts, latest: self.latest(), warnings: self.warnings() }
    }

    fn latest(&self) -> Option<Latest> {
        let feed = self.inventory?;
        self.sink.with(|store| {
            let map = store.objects_of(feed).find(|map| inventory::is_named(map, &self.inventory_name))?;
            inventory::is_at_least(map, self.inventory_version.as_deref()).then(|| inventory::latest(map))
        })
    }

    fn warnings(&self) -> Vec<String> {
        let blind = self.sink.with(|store| store.newly_blind());
        let words = |(id, reason): (usize, String)| {
            let query = self.feeds.get(id)?;
            let place = query.namespace.as_ref().map(|name| format!(" in namespace {name}")).unwrap_or_default();
            Some(format!("{}{place} cannot be watched, so that less can be told: {reason}", query.kind.plural))
        };
        blind.into_iter().filter_map(words).collect()
    }
}
