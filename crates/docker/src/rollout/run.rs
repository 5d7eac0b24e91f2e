//! One workload's task: looks at its pods, asks its controller for the next steps, carries them out, and waits for the
//! next change.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use landfall_deploy::task::Task;

use super::{
    back_off, leave,
    make::make,
    names,
    pods::{PodState, Work},
    progress::Progress,
    shared::{Shared, Told},
    stage,
    workload::{Asks, Workload},
};
use crate::{
    pod::Sources,
    reconcile::{Pod, Stage, Step},
};

/// So long a pod without a readiness probe must run before one of another version is stopped for it: most programs that
/// cannot run end in their first seconds. As long as `landfall_core::health` waits before it calls it live.
const PROOF: i64 = 10;

/// The longest rest between two looks: some things become true without any event.
const TICK: Duration = Duration::from_secs(1);

/// Objects that pods refer to, as the revision has them.
pub type Snapshot = Arc<dyn Sources + Send + Sync>;

/// A workload on its way.
pub struct Running {
    pub(super) shared: Arc<Shared>,
    pub(super) workload: Arc<Workload>,
    pub(super) sources: Snapshot,
    /// Pods that are being made, by their UIDs.
    making: BTreeMap<String, Task<()>>,
    /// Whether images and references of a new pod were found to be all right.
    pub(super) is_prepared: bool,
    /// Whether an old pod has to be gone before a new one can run.
    pub(super) stops_first: bool,
    /// Runs of containers that were started once more, by id and end.
    pub(super) tried: BTreeSet<(String, String)>,
    /// Pods that the Services were told of.
    announced: BTreeSet<String>,
    progress: Progress,
}

impl Running {
    /// Nothing is done yet.
    pub fn new(shared: Arc<Shared>, workload: Workload, sources: Snapshot) -> Self {
        Self {
            shared,
            workload: Arc::new(workload),
            sources,
            making: BTreeMap::new(),
            is_prepared: false,
            stops_first: false,
            tried: BTreeSet::new(),
            announced: BTreeSet::new(),
            progress: Progress::new(),
        }
    }

    /// Goes on until it is to end. Then the Services have been told of every pod that is ready.
    pub async fn run(mut self) {
        let mut changes = self.shared.store.subscribe();
        let mut ending = self.shared.ending.subscribe();
        let mut lost = self.shared.lost.subscribe();
        loop {
            changes.borrow_and_update();
            let next = async {
                self.look().await;
                // Ends with the store, which this task holds.
                let _changed = tokio::time::timeout(TICK, changes.changed()).await;
            };
            tokio::select! {
                () = next => {}
                _ = ending.wait_for(|is_ending| *is_ending) => break,
                // Pods that are being made end with it.
                _ = lost.wait_for(|is_lost| *is_lost) => return,
            }
        }
        let pods = self.pods();
        let stages = self.stages(&pods);
        self.announce(&pods, &stages).await;
    }

    async fn look(&mut self) {
        let pods = self.pods();
        // A pod that nobody has asked yet may serve: what it is taken for decides whether it is stopped.
        if !pods.iter().all(PodState::is_known) {
            return;
        }
        let stages = self.stages(&pods);
        self.announce(&pods, &stages).await;
        self.care(&pods).await;
        // That took its time; what is decided is decided on what is true now.
        let pods = self.pods();
        if !pods.iter().all(PodState::is_known) {
            return;
        }
        let stages = self.stages(&pods);
        let asks = self.workload.asks(self.stops_first, self.workload.age(self.shared.around.engine.now()));
        let verdict = asks.next(&stages, restarts(&pods));
        self.progress.follow(&stages);
        self.shared.tell(
            &self.workload.id,
            Told {
                version: self.workload.version.clone(),
                is_stuck: self.progress.is_stuck(self.workload.progress_deadline()),
                ended: verdict.ended,
            },
        );
        if verdict.steps.is_empty() {
            return;
        }
        if !self.is_prepared && makes_pods(&verdict.steps, &asks, &stages, &self.workload.version) {
            // What is decided may differ: it is asked anew.
            self.prepare().await;
            return self.shared.store.touch();
        }
        for step in verdict.steps {
            self.carry_out(step, &pods);
        }
    }

    /// The pods that count; not the one that only shows why none can be made.
    fn pods(&self) -> Vec<PodState> {
        let mut pods = self.shared.store.of(&self.workload.id);
        pods.retain(|pod| pod.work != Work::Preparing);
        pods
    }

    fn stages(&self, pods: &[PodState]) -> Vec<Pod> {
        let version = &self.workload.version;
        let replaces = pods.iter().any(|pod| pod.version != *version);
        let now = self.shared.around.engine.now();
        let stage = |pod: &PodState| {
            let min_ready = self.workload.min_ready();
            let is_unproved = replaces && pod.version == *version && pod.has_unprobed() && min_ready == 0;
            stage::of(pod, if is_unproved { PROOF } else { min_ready }, self.workload.spoiled.contains(&pod.uid), now)
        };
        pods.iter().map(stage).collect()
    }

    /// Tells the Services which pods are ready.
    async fn announce(&mut self, pods: &[PodState], stages: &[Pod]) {
        for (pod, stage) in pods.iter().zip(stages) {
            let is_ready = matches!(stage.stage, Stage::Ready | Stage::Available);
            let is_running = matches!(stage.stage, Stage::Starting) && pod.work == Work::None;
            // Noted afterwards: this may be given up on the way, and is done again then.
            if is_ready && !self.announced.contains(&pod.uid) {
                self.shared.around.traffic.pod_ready(pod).await;
                self.announced.insert(pod.uid.clone());
            } else if is_running && self.announced.contains(&pod.uid) {
                self.shared.around.traffic.pod_unready(pod).await;
                self.announced.remove(&pod.uid);
            }
        }
    }

    fn carry_out(&mut self, step: Step, pods: &[PodState]) {
        let is_job = self.workload.id.kind == "Job";
        let failed = |pods: &[PodState]| pods.iter().filter_map(PodState::failed_at).collect::<Vec<_>>();
        match step {
            Step::Stop(name) => {
                let Some(pod) = pods.iter().find(|pod| pod.name == name) else { return };
                self.making.remove(&pod.uid);
                self.announced.remove(&pod.uid);
                leave::begin(&self.shared, &pod.uid);
            }
            Step::Start { .. } if is_job && !back_off::is_over(&failed(pods), self.shared.around.engine.now()) => {}
            Step::Start { ordinal } => {
                let uid = names::uid();
                match self.spec(ordinal, &uid) {
                    Ok(spec) => {
                        let pod = self.pod(spec, uid.clone(), Work::Making, ordinal);
                        // It counts from now on, not from when its task runs.
                        self.shared.store.change(|pods| pods.insert(uid.clone(), pod.clone()));
                        self.making.insert(uid, Task::spawn(make(Arc::clone(&self.shared), pod)));
                    }
                    Err(fault) => {
                        self.shared.warn(format!("no pod of {} can be made: {}", self.workload.id, fault.message))
                    }
                }
            }
        }
    }
}

/// Whether steps make pods, or stop some for which others are to be made.
fn makes_pods(steps: &[Step], asks: &Asks, pods: &[Pod], version: &str) -> bool {
    let starts = steps.iter().any(|step| matches!(step, Step::Start { .. }));
    let new = pods.iter().filter(|pod| pod.version == version && pod.stage >= Stage::Starting).count();
    starts || asks.replicas() > i64::try_from(new).unwrap_or(i64::MAX)
}

/// How often containers of a Job's pods that are there were started again.
pub fn restarts<'a>(pods: impl IntoIterator<Item = &'a PodState>) -> i64 {
    pods.into_iter().flat_map(|pod| pod.containers.values()).map(super::ContainerState::restarts).sum()
}
