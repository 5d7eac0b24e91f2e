//! Carries out what [`crate::reconcile`] decides: one task a workload makes its pods what it asks for, as Kubernetes'
//! controllers and the kubelet do.
//!
//! ```text
//! engine's events, probes -> pods (what there is) -> stage -> reconcile -> steps -> make, leave
//!                                    ^                                                |
//!                                    +------------------------------------------------+
//! ```
//!
//! Nothing is remembered that the engine does not tell: whoever is killed on the way, and begins again, sees the same
//! pods and goes on.

mod around;
mod back_off;
mod bones;
mod care;
mod documents;
mod end;
mod images;
mod leave;
mod listen;
mod look;
mod make;
mod names;
mod own;
mod pods;
mod prepare;
mod probe;
mod probe_events;
mod probers;
mod progress;
mod run;
#[cfg(test)]
mod samples;
mod shared;
mod stage;
mod stops_first;
mod store;
mod tasks;
mod workload;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use landfall_core::object::ObjectId;
use landfall_deploy::task::Task;
use tokio::sync::watch;

pub use around::{Around, Asker, Traffic, Volumes};
pub use documents::documents;
pub use look::pods;
pub use pods::{ContainerState, Fault, PodState, Probed, Work};
pub use run::Snapshot;
pub use shared::Told;
pub use stops_first::{StopsFirst, stops_first};
pub use workload::{Asks, Workload};

use crate::engine::{Engine, EngineFault};
use run::Running;
use shared::Shared;

/// The workloads of an environment on their way. One deploy at a time has them: whoever holds the environment's lock.
///
/// Dropping them ends everything where it is, as a kill of the process would; [`Self::end`] ends it in good order.
pub struct Rollouts {
    shared: Arc<Shared>,
    running: Mutex<BTreeMap<ObjectId, (Started, Task<()>)>>,
    _listens: Task<()>,
    _probes: Task<()>,
}

/// What is remembered of a workload that was started.
struct Started {
    version: String,
    spoiled: BTreeSet<String>,
}

impl Rollouts {
    /// Looks at the environment's pods, and removes what is left of pods that are gone. From now on their state is
    /// followed, and they are probed; nothing else happens before [`Self::start`].
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn begin(around: Around) -> Result<Self, EngineFault> {
        let shared = Arc::new(Shared::new(around));
        listen::look(&shared).await?;
        leave::sweep(&shared).await?;
        let listens = Task::spawn(listen::listen(Arc::clone(&shared)));
        let probes = Task::spawn(probers::keep(Arc::clone(&shared)));
        Ok(Self { shared, running: Mutex::default(), _listens: listens, _probes: probes })
    }

    /// Starts to make a workload's pods what it asks for, and returns at once. It is done when [`Self::pods`] shows it, and
    /// goes on until the end: what changes later is followed, too. A second start of one workload takes the place of the
    /// first. `sources` are the objects that its pods refer to.
    pub async fn start(&self, workload: Workload, sources: Snapshot) {
        let id = workload.id.clone();
        self.stop_task(&id).await;
        let started = Started { version: workload.version.clone(), spoiled: workload.spoiled.clone() };
        let task = Task::spawn(Running::new(Arc::clone(&self.shared), workload, sources).run());
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id, (started, task));
    }

    /// Stops and removes all pods of a workload, gracefully, and returns when they are gone.
    ///
    /// # Errors
    /// The names of the pods that could not be removed; the reasons are among the warnings.
    pub async fn remove(&self, id: &ObjectId) -> Result<(), Vec<String>> {
        self.stop_task(id).await;
        for pod in self.shared.store.of(id).iter().filter(|pod| pod.work != Work::Leaving) {
            leave::begin(&self.shared, &pod.uid);
        }
        self.shared
            .store
            .until(|pods| pods.values().all(|pod| pod.owner != *id || pod.work != Work::Leaving).then_some(()))
            .await;
        let left: Vec<String> = self.shared.store.of(id).into_iter().map(|pod| pod.name).collect();
        if left.is_empty() { Ok(()) } else { Err(left) }
    }

    /// Ends the tasks at a safe point: pods that are being stopped are gone, and of a version that is not ready while another
    /// one serves nothing stays. Call it when nobody waits any more, and before the environment's lock is given back.
    pub async fn end(&self) {
        let running = std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        self.shared.ending.send_replace(true);
        for (id, (started, task)) in running {
            task.ended().await;
            if self.is_lost() {
                continue;
            }
            end::settle(&self.shared, &id, &started.version);
        }
        self.shared.leaving.join().await;
        self.shared.ending.send_replace(false);
        if !self.is_lost()
            && let Err(fault) = leave::sweep(&self.shared).await
        {
            // It is found again by the next deploy.
            tracing::warn!(%fault, "what pods have left behind cannot be removed");
        }
    }

    /// The pods of a workload as they are now, those that are leaving among them.
    pub fn pods(&self, id: &ObjectId) -> Vec<PodState> {
        self.shared.store.of(id)
    }

    /// All pods of the environment.
    pub fn all_pods(&self) -> Vec<PodState> {
        self.shared.store.look(|pods| pods.values().cloned().collect())
    }

    /// What the task of a workload says; the default where none runs.
    pub fn told(&self, id: &ObjectId) -> Told {
        self.shared.told(id)
    }

    /// A number that changes whenever something else has.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.store.subscribe()
    }

    /// A number that changes whenever an inventory was written on the engine.
    pub fn inventory_changes(&self) -> watch::Receiver<u64> {
        self.shared.inventories.subscribe()
    }

    /// The UIDs of a workload's pods that were changed by hand, as its start said.
    pub fn spoiled(&self, id: &ObjectId) -> BTreeSet<String> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(id).map(|(started, _)| started.spoiled.clone()).unwrap_or_default()
    }

    /// Whether the environment's lock is lost: then nothing is done any more.
    pub fn is_lost(&self) -> bool {
        *self.shared.lost.borrow()
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.shared.around.engine
    }

    /// What did not work and users should know, since the last time.
    pub fn take_warnings(&self) -> Vec<String> {
        self.shared.take_warnings()
    }

    async fn stop_task(&self, id: &ObjectId) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        let Some((_, task)) = running else { return };
        task.end().await;
        // What it was making is looked at as if somebody else had made it.
        self.shared.store.change(|pods| {
            let own = |pod: &PodState| pod.owner == *id;
            pods.retain(|_, pod| !own(pod) || pod.work != Work::Preparing);
            pods.values_mut().filter(|pod| own(pod) && pod.work == Work::Making).for_each(|pod| pod.work = Work::None);
        });
    }
}

impl Drop for Rollouts {
    fn drop(&mut self) {
        // They hold what holds them.
        self.shared.leaving.abort();
    }
}
