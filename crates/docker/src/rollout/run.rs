//! One workload's task: looks at its pods, asks its controller for the next steps, carries them out, and waits for the
//! next change.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::{
    leave,
    make::{self, make},
    names,
    pods::{Fault, PodState, Work},
    shared::{Shared, Told},
    stage,
    task::Task,
    workload::{Asks, Workload},
};
use crate::{
    pod::{Owner, PodInput, PodSpec, Restart, Sources, translate},
    reconcile::{Pod, Stage, Step},
};

/// So long a pod without a readiness probe must run before one of another version is stopped for it: most programs that
/// cannot run end in their first seconds. As long as `landfall_core::health` waits before it calls it live.
const PROOF: i64 = 10;

/// The longest rest between two looks: some things become true without any event.
const TICK: Duration = Duration::from_secs(1);

/// The first wait before what failed is tried again, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// The wait of a Job after its first failed pod, in seconds; twice as long after each (DefaultJobPodFailureBackOff).
const JOB_WAIT: i64 = 10;

/// The longest wait of a Job (MaxJobPodFailureBackOff).
const LONGEST_JOB_WAIT: i64 = 600;

/// Objects that pods refer to, as the revision has them.
pub type Snapshot = Arc<dyn Sources + Send + Sync>;

/// A workload on its way.
pub struct Running {
    shared: Arc<Shared>,
    workload: Arc<Workload>,
    sources: Snapshot,
    /// Pods that are being made, by their UIDs.
    making: BTreeMap<String, Task<()>>,
    /// Whether images and references of a new pod were found to be all right.
    is_prepared: bool,
    /// Whether an old pod has to be gone before a new one can run.
    stops_first: bool,
    /// Runs of containers that were started once more, by id and end.
    tried: BTreeSet<(String, String)>,
    /// Pods that the Services were told of.
    announced: BTreeSet<String>,
    /// How far it was when it last got further, and when.
    progress: (BTreeMap<String, Stage>, Instant),
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
            progress: (BTreeMap::new(), Instant::now()),
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
        let asks = self.workload.asks(self.stops_first, self.workload.age(self.shared.around.engine.now()));
        let verdict = asks.next(&stages, restarts(&pods));
        self.follow_progress(&stages);
        self.shared.tell(
            &self.workload.id,
            Told { version: self.workload.version.clone(), is_stuck: self.is_stuck(), ended: verdict.ended },
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

    /// Starts containers that do not run and should: somebody stopped them, or the engine could not start them.
    async fn care(&mut self, pods: &[PodState]) {
        let now = self.shared.around.engine.now();
        for pod in pods.iter().filter(|pod| pod.work == Work::None && pod.is_whole()) {
            if pod.is_expired(now) {
                self.end_expired(pod).await;
                continue;
            }
            let specs = pod.spec.containers.iter().map(Some);
            let sandbox = pod.containers.contains_key("").then_some(None);
            for spec in sandbox.into_iter().chain(specs) {
                let name = spec.map_or("", |spec| spec.name.as_str());
                let Some(container) = pod.containers.get(name) else { continue };
                if !rests(pod, container) || !self.tried.insert((container.id.clone(), container.end().to_owned())) {
                    continue;
                }
                let started = match spec {
                    Some(spec) => make::start(&self.shared, &pod.uid, spec, &container.id).await,
                    None => self.shared.around.engine.start(&container.id).await.map_err(|fault| fault.to_string()),
                };
                if let Err(fault) = started {
                    self.shared.warn(format!("container {name} of pod {} cannot be started: {fault}", pod.name));
                }
                if let Err(fault) = make::see(&self.shared, &container.id).await {
                    self.shared.warn(format!("container {name} of pod {} cannot be looked at: {fault}", pod.name));
                }
            }
        }
    }

    /// Stops what still runs of a pod whose time is over; it stays to be looked at, until its controller removes it.
    async fn end_expired(&self, pod: &PodState) {
        for container in pod.containers.values().filter(|container| container.is_running()) {
            if let Err(fault) = self.shared.around.engine.stop(&container.id, pod.spec.grace).await {
                self.shared.warn(format!("pod {} cannot be stopped after its deadline: {fault}", pod.name));
            }
        }
    }

    /// Finds out whether a pod can be made, before anything is stopped for it: its references and its images.
    async fn prepare(&mut self) {
        let mut wait = WAITS.0;
        loop {
            let result = match self.spec(None, &names::uid()) {
                Ok(spec) => {
                    self.stops_first = super::stops_first(&spec).is_some();
                    let result = self.shared.images.ensure_all(&self.shared.around, &spec).await;
                    result.map_err(|fault| (Some(spec), fault))
                }
                Err(fault) => Err((None, fault)),
            };
            let Err((spec, fault)) = result else { break };
            self.show_fault(spec, fault);
            sleep(wait).await;
            wait = (wait * 2).min(WAITS.1);
        }
        self.is_prepared = true;
        let id = &self.workload.id;
        self.shared.store.change(|pods| pods.retain(|_, pod| pod.owner != *id || pod.work != Work::Preparing));
    }

    /// Shows why no pod can be made, as a pod that waits.
    fn show_fault(&self, spec: Option<PodSpec>, fault: Fault) {
        let id = &self.workload.id;
        tracing::info!(object = %id, reason = fault.reason, message = fault.message, "no pod can be made");
        let shown = self.shared.store.of(id).into_iter().find(|pod| pod.work == Work::Preparing);
        let Some(shown) = shown.or_else(|| Some(self.pod(spec?, names::uid(), Work::Preparing, None))) else {
            return self.shared.warn(format!("no pod of {id} can be made: {}", fault.message));
        };
        self.shared.store.change(|pods| pods.insert(shown.uid.clone(), PodState { fault: Some(fault), ..shown }));
    }

    fn carry_out(&mut self, step: Step, pods: &[PodState]) {
        match step {
            Step::Stop(name) => {
                let Some(pod) = pods.iter().find(|pod| pod.name == name) else { return };
                self.making.remove(&pod.uid);
                self.announced.remove(&pod.uid);
                leave::begin(&self.shared, &pod.uid);
            }
            Step::Start { .. } if !self.may_start(pods) => {}
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

    /// Whether a Job has waited long enough after a failure (pkg/controller/job/backoff_utils.go).
    fn may_start(&self, pods: &[PodState]) -> bool {
        if self.workload.id.kind != "Job" {
            return true;
        }
        let failed: Vec<Timestamp> = pods.iter().filter_map(PodState::failed_at).collect();
        let Some(last) = failed.iter().max() else { return true };
        let doublings = u32::try_from(failed.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let wait =
            2_i64.checked_pow(doublings).map_or(LONGEST_JOB_WAIT, |times| (JOB_WAIT * times).min(LONGEST_JOB_WAIT));
        self.shared.around.engine.now().as_second() >= last.as_second().saturating_add(wait)
    }

    fn spec(&self, ordinal: Option<i64>, uid: &str) -> Result<PodSpec, Fault> {
        let Workload { id, document, version, .. } = &*self.workload;
        let around = &self.shared.around;
        let owner = Owner {
            kind: id.kind.clone(),
            name: id.name.clone(),
            uid: document["metadata"]["uid"].as_str().unwrap_or_default().to_owned(),
        };
        let set = id.kind == "StatefulSet";
        let ordinal = ordinal.or(set.then_some(0));
        let input = PodInput {
            template: &self.workload.template,
            field: self.workload.template_field(),
            name: &names::pod(&id.kind, &id.name, version, ordinal),
            namespace: id.namespace.as_deref().unwrap_or_default(),
            uid,
            owner: Some(&owner).filter(|_| id.kind != "Pod"),
            environment: &around.environment,
            network: &around.network,
            ordinal: ordinal.and_then(|ordinal| u32::try_from(ordinal).ok()),
            governing_service: document["spec"]["serviceName"].as_str().filter(|_| set),
            claim_templates: document["spec"]["volumeClaimTemplates"].as_array().map(Vec::as_slice).unwrap_or_default(),
            sources: &*self.sources,
            engine: &around.facts,
        };
        translate(&input).map_err(|faults| Fault {
            container: None,
            reason: "CreateContainerConfigError",
            message: faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; "),
        })
    }

    fn pod(&self, spec: PodSpec, uid: String, work: Work, ordinal: Option<i64>) -> PodState {
        let mut made = spec.document.clone();
        made["metadata"]["creationTimestamp"] =
            self.shared.around.engine.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into();
        PodState {
            name: spec.name.clone(),
            namespace: spec.namespace.clone(),
            uid,
            owner: self.workload.id.clone(),
            version: self.workload.version.clone(),
            ordinal,
            made,
            spec: Arc::new(spec),
            containers: BTreeMap::new(),
            work,
            fault: None,
        }
    }

    /// Remembers when pods last came, went or got further.
    fn follow_progress(&mut self, stages: &[Pod]) {
        let now: BTreeMap<String, Stage> = stages.iter().map(|pod| (pod.name.clone(), pod.stage)).collect();
        let best = |name: &String| self.progress.0.get(name);
        let is_further = now.iter().any(|(name, stage)| best(name).is_none_or(|best| stage > best));
        let has_gone = self.progress.0.keys().any(|name| !now.contains_key(name));
        if is_further || has_gone {
            let stages = now.into_iter().map(|(name, stage)| {
                let best = best(&name).copied().unwrap_or(stage);
                (name, stage.max(best))
            });
            self.progress = (stages.collect(), Instant::now());
        }
    }

    fn is_stuck(&self) -> bool {
        let limit = self.workload.progress_deadline().and_then(|seconds| u64::try_from(seconds).ok());
        let all_available = self.progress.0.values().all(|stage| *stage >= Stage::Available);
        limit.is_some_and(|limit| !all_available && self.progress.1.elapsed() >= Duration::from_secs(limit))
    }
}

/// Whether steps make pods, or stop some for which others are to be made.
fn makes_pods(steps: &[Step], asks: &Asks, pods: &[Pod], version: &str) -> bool {
    let starts = steps.iter().any(|step| matches!(step, Step::Start { .. }));
    let new = pods.iter().filter(|pod| pod.version == version && pod.stage >= Stage::Starting).count();
    starts || asks.replicas() > i64::try_from(new).unwrap_or(i64::MAX)
}

/// Whether a container does not run, and nobody but Landfall will start it.
fn rests(pod: &PodState, container: &super::ContainerState) -> bool {
    match container.status() {
        "created" => true,
        "exited" | "dead" => match pod.spec.restart {
            Restart::Always => true,
            Restart::OnFailure => container.exit_code() != 0,
            Restart::Never => false,
        },
        _ => false,
    }
}

/// How often containers of a Job's pods that are there were started again.
pub fn restarts<'a>(pods: impl IntoIterator<Item = &'a PodState>) -> i64 {
    pods.into_iter().flat_map(|pod| pod.containers.values()).map(super::ContainerState::restarts).sum()
}
