//! Watches a deploy until it is live: judges all objects whenever something has changed, from what the rollouts know of
//! their pods and what the records say.

mod judge;
mod logs;
mod looking;
mod recorded;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use landfall_core::{
    health::{HealthState, ReadyConditions},
    inventory::Latest,
    object::ObjectId,
    rollout::{Rollout, Written},
};
use landfall_deploy::target::{Carried, Sight, TargetError, Watch, WatchRequest};
use serde_json::Value;
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, timeout_at},
};

use crate::rollout::{PodState, Rollouts, Workload, documents};
use judge::{Awaited, judge};
use logs::LogFetcher;
pub use looking::Looking;
pub use recorded::Recorded;

/// Changes come in bursts: a moment's rest judges them together.
const REST: Duration = Duration::from_millis(50);

/// Some states are hopeless only after a time, without anything that changes.
const TICK: Duration = Duration::from_secs(1);

/// What the engine has recorded.
#[async_trait]
pub trait Records: Send + Sync {
    /// The environment's objects as recorded, with `metadata.uid` and `generation`; all but workloads and Pods with their
    /// status.
    fn documents(&self) -> Vec<Value>;

    /// Who deployed to the environment last, and the version of the inventory that says so.
    ///
    /// # Errors
    /// It cannot be read.
    async fn latest(&self) -> Result<Option<(Latest, String)>, TargetError>;
}

/// Objects of a deploy that are being watched.
pub struct Watching {
    rollouts: Arc<Rollouts>,
    records: Arc<dyn Records>,
    changes: watch::Receiver<u64>,
    inventories: watch::Receiver<u64>,
    arrived: Arc<Notify>,
    awaited: Vec<Awaited>,
    index: HashMap<ObjectId, usize>,
    is_tracked: bool,
    /// What the inventory said of who deployed last, in the version that was written here or a newer one.
    latest: Option<Latest>,
    written_version: Option<String>,
    logs: LogFetcher,
    ready_conditions: ReadyConditions,
    told: Vec<Option<Rollout>>,
    /// Workloads as they were read from their records, by the version of the record: hashing a template takes time.
    workloads: BTreeMap<ObjectId, (Value, Workload)>,
    is_first: bool,
}

impl Watching {
    /// Begins to watch what `request` names.
    pub fn new(rollouts: Arc<Rollouts>, records: Arc<dyn Records>, request: &WatchRequest<'_>) -> Self {
        let awaited: Vec<Awaited> =
            request.objects.iter().map(|(id, _)| Awaited { id: id.clone(), written: None }).collect();
        let arrived = Arc::new(Notify::new());
        Self {
            changes: rollouts.changes(),
            inventories: rollouts.inventory_changes(),
            logs: LogFetcher::new(rollouts.engine().clone(), Arc::clone(&arrived)),
            arrived,
            index: awaited.iter().enumerate().map(|(index, awaited)| (awaited.id.clone(), index)).collect(),
            told: vec![None; awaited.len()],
            awaited,
            is_tracked: request.key.is_some(),
            latest: None,
            written_version: None,
            ready_conditions: request.ready_conditions.clone(),
            workloads: BTreeMap::new(),
            is_first: true,
            records,
            rollouts,
        }
    }

    /// Everything that there is, as an API server would show it.
    fn documents(&mut self) -> Vec<Value> {
        let now = self.rollouts.engine().now();
        let mut all = Vec::new();
        for document in self.records.documents() {
            match self.workload(&document) {
                None => all.push(document),
                Some(workload) => {
                    let pods = self.rollouts.pods(&workload.id);
                    all.extend(documents(&workload, &pods, &self.rollouts.told(&workload.id), now));
                }
            }
        }
        all
    }

    /// The workload of a record, if it is one.
    fn workload(&mut self, document: &Value) -> Option<Workload> {
        let id = id_of(document)?;
        if !Workload::is_kind(&id.kind) {
            return None;
        }
        let version = &document["metadata"]["resourceVersion"];
        let known = self.workloads.get(&id).filter(|(known, _)| known == version && !version.is_null());
        let mut workload = match known {
            Some((_, workload)) => workload.clone(),
            None => {
                let workload = Workload::new(id.clone(), document.clone());
                self.workloads.insert(id.clone(), (version.clone(), workload.clone()));
                workload
            }
        };
        workload.spoiled = self.rollouts.spoiled(&id);
        Some(workload)
    }

    fn look(&mut self) -> Vec<Rollout> {
        let now = self.rollouts.engine().now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let documents = self.documents();
        let lines = self.logs.lines();
        let judged = judge(&self.awaited, &documents, &lines, &self.ready_conditions, &now);
        let pods: Vec<PodState> = self.rollouts.all_pods();
        let mut rollouts = Vec::with_capacity(judged.len());
        for ((rollout, queries), told) in judged.into_iter().zip(&mut self.told) {
            let is_incomplete = self.logs.ask(&queries, &pods, &lines);
            rollouts.push(without_haste(told, rollout, is_incomplete));
        }
        rollouts
    }

    /// Reads who deployed last, if the inventory has changed.
    async fn look_at_inventory(&mut self) -> Option<String> {
        let has_changed = self.inventories.has_changed().unwrap_or(false) || self.is_first;
        if !has_changed || !self.is_tracked {
            return None;
        }
        self.inventories.borrow_and_update();
        self.is_first = false;
        match self.records.latest().await {
            Ok(Some((latest, version))) if is_at_least(&version, self.written_version.as_deref()) => {
                self.latest = Some(latest);
                None
            }
            Ok(_) => None,
            Err(error) => Some(format!("It cannot be seen whether somebody else deploys: {error}")),
        }
    }
}

#[async_trait]
impl Watch for Watching {
    fn wrote(&mut self, id: &ObjectId, carried: &Carried) {
        if let Some(awaited) = self.index.get(id).and_then(|index| self.awaited.get_mut(*index)) {
            awaited.written = Some(Written { uid: carried.uid.clone(), generation: carried.generation });
        }
    }

    fn wrote_inventory(&mut self, version: &str) {
        self.written_version = Some(version.to_owned());
        self.latest = None;
        self.is_first = true;
    }

    async fn next(&mut self, limit: Duration) -> Result<Sight, TargetError> {
        let deadline = Instant::now() + limit.min(TICK);
        let is_first = self.is_first;
        let changed = async {
            if !is_first {
                tokio::select! {
                    // Their sender lives as long as the rollouts.
                    _ = self.changes.changed() => {}
                    _ = self.inventories.changed() => self.inventories.mark_changed(),
                    () = self.arrived.notified() => {}
                }
                sleep(REST).await;
            }
            self.changes.borrow_and_update();
        };
        // A tick is as good a reason to look again.
        let _ticked = timeout_at(deadline, changed).await;
        if self.rollouts.is_lost() {
            let engine = self.rollouts.engine().describe();
            let message =
                format!("The deploy's agent in the environment's network has ended, and with it the lock, on {engine}");
            return Err(TargetError::Engine { message, remedy: Some("Deploy again to go on".to_owned()), lost: true });
        }
        let mut warnings: Vec<String> = self.look_at_inventory().await.into_iter().collect();
        let rollouts = self.look();
        warnings.extend(self.rollouts.take_warnings());
        Ok(Sight { rollouts, latest: self.latest.clone(), warnings })
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

/// Versions count up.
fn is_at_least(version: &str, least: Option<&str>) -> bool {
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    least.is_none_or(|least| number(version) >= number(least))
}

/// The identity of an object as recorded.
fn id_of(document: &Value) -> Option<ObjectId> {
    let text = |path: &str| document.pointer(path).and_then(Value::as_str);
    let gvk = landfall_core::object::Gvk::new(text("/apiVersion")?, text("/kind")?);
    Some(ObjectId {
        group: gvk.group,
        kind: gvk.kind,
        namespace: text("/metadata/namespace").map(str::to_owned),
        name: text("/metadata/name")?.to_owned(),
    })
}
