//! What a workload asks for, read from its document.

use std::collections::BTreeSet;

use jiff::Timestamp;
use landfall_core::object::ObjectId;
use serde_json::{Value, json};

use super::{back_off, pods::PodState, run::restarts, stage};
use crate::{
    pod::template_hash,
    reconcile::{
        self, Bounds, Deployment, Job, JobProgress, Pod, StatefulSet, Step, Strategy, Update, Verdict, bounds,
    },
};

/// A workload whose pods are to be made what it asks for.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Which.
    pub id: ObjectId,
    /// Its document as recorded, with `metadata.uid` and `metadata.creationTimestamp`.
    pub document: Value,
    /// What its pods are made from: a `PodTemplateSpec`.
    pub template: Value,
    /// The hash of that ([`crate::pod::template_hash`]).
    pub version: String,
    /// The UIDs of pods that are to be replaced though they are of this version: somebody changed them by hand.
    pub spoiled: BTreeSet<String>,
}

/// What its controller is to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Asks {
    /// `apps/v1 Deployment`.
    Deployment(Deployment),
    /// `apps/v1 StatefulSet`.
    StatefulSet(StatefulSet),
    /// `apps/v1 DaemonSet`; without bounds it is updated only when somebody deletes its pod.
    DaemonSet(String, Option<Bounds>),
    /// `batch/v1 Job`.
    Job(Job),
    /// A pod of its own, with the hash of its version.
    Pod(String),
}

impl Workload {
    /// A workload as recorded.
    pub fn new(id: ObjectId, document: Value) -> Self {
        let template = match id.kind.as_str() {
            // What the record adds to a Pod is none of its template.
            "Pod" => {
                let labels = &document["metadata"]["labels"];
                json!({"metadata": {"labels": labels}, "spec": document["spec"]})
            }
            _ => document["spec"]["template"].clone(),
        };
        let version = template_hash(&template);
        Self { id, document, template, version, spoiled: BTreeSet::new() }
    }

    /// Whether objects of a kind have pods that rollouts make.
    pub fn is_kind(kind: &str) -> bool {
        matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "Pod")
    }

    /// What it asks for. `stops_first` says that an old pod has to be gone before a new one can run
    /// (see [`super::stops_first`]); `age` is how many seconds ago it was created.
    pub fn asks(&self, stops_first: bool, age: i64) -> Asks {
        let version = self.version.clone();
        let spec = &self.document["spec"];
        let number = |value: &Value, default: i64| value.as_i64().unwrap_or(default);
        let replicas = number(&spec["replicas"], 1);
        match self.id.kind.as_str() {
            "StatefulSet" => {
                let strategy = &spec["updateStrategy"];
                let update = match strategy["type"].as_str() {
                    Some("OnDelete") => Update::OnDelete,
                    _ => Update::Rolling(number(&strategy["rollingUpdate"]["partition"], 0)),
                };
                let ordered = spec["podManagementPolicy"] != "Parallel";
                let start = number(&spec["ordinals"]["start"], 0);
                Asks::StatefulSet(StatefulSet { replicas, start, version, ordered, update })
            }
            "DaemonSet" => {
                let strategy = &spec["updateStrategy"];
                let rolling = &strategy["rollingUpdate"];
                // Other than a Deployment's: one pod may be missing, none may be too many (SetDefaults_DaemonSet).
                let surge =
                    if stops_first || rolling["maxSurge"].is_null() { 0 } else { bounds(Some(rolling), 1).surge };
                let bounds = Bounds { surge, unavailable: i64::from(surge == 0) };
                Asks::DaemonSet(version, Some(bounds).filter(|_| strategy["type"] != "OnDelete"))
            }
            "Job" => Asks::Job(self.job(age)),
            "Pod" => Asks::Pod(version),
            _ => {
                let strategy = &spec["strategy"];
                let strategy = if stops_first || strategy["type"] == "Recreate" {
                    Strategy::Recreate
                } else {
                    Strategy::Rolling(bounds(strategy.get("rollingUpdate"), replicas))
                };
                Asks::Deployment(Deployment { replicas, version, strategy, paused: spec["paused"] == true })
            }
        }
    }

    /// Whether a Job with these pods has ended, or is to be given a pod or rid of one now.
    pub fn has_next_step(&self, pods: &[PodState], now: Timestamp) -> bool {
        let stages: Vec<Pod> = pods.iter().map(|pod| stage::of(pod, 0, false, now)).collect();
        let verdict = self.asks(false, self.age(now)).next(&stages, restarts(pods));
        let failed: Vec<Timestamp> = pods.iter().filter_map(PodState::failed_at).collect();
        let may_start = back_off::is_over(&failed, now);
        verdict.ended.is_some() || verdict.steps.iter().any(|step| may_start || !matches!(step, Step::Start { .. }))
    }

    fn job(&self, age: i64) -> Job {
        let spec = &self.document["spec"];
        let number = |field: &str| spec[field].as_i64();
        // `SetDefaults_Job`: neither given means one; only parallelism given means a work queue.
        let completions = match (number("completions"), number("parallelism")) {
            (None, None) => Some(1),
            (completions, _) => completions,
        };
        Job {
            parallelism: number("parallelism").unwrap_or(1),
            completions,
            backoff_limit: number("backoffLimit").unwrap_or(6),
            indexed: spec["completionMode"] == "Indexed",
            is_late: number("activeDeadlineSeconds").is_some_and(|limit| age >= limit),
            suspended: spec["suspend"] == true,
        }
    }

    /// The path of [`Self::template`] in the document.
    pub fn template_field(&self) -> &'static str {
        if self.id.kind == "Pod" { "" } else { "spec.template" }
    }

    /// How many seconds ago it was created.
    pub fn age(&self, now: Timestamp) -> i64 {
        let created = self.document["metadata"]["creationTimestamp"].as_str();
        let created: Option<Timestamp> = created.and_then(|time| time.parse().ok());
        created.map_or(0, |created| now.as_second() - created.as_second())
    }

    /// The seconds that a pod must be ready before it counts (`minReadySeconds`).
    pub fn min_ready(&self) -> i64 {
        self.document["spec"]["minReadySeconds"].as_i64().unwrap_or(0)
    }

    /// The seconds without progress after which a Deployment is given up (`progressDeadlineSeconds`).
    pub fn progress_deadline(&self) -> Option<i64> {
        let is_deployment = self.id.kind == "Deployment";
        is_deployment.then(|| self.document["spec"]["progressDeadlineSeconds"].as_i64().unwrap_or(600))
    }
}

impl Asks {
    /// How many pods there are to be of its version at the end; none of a Job, whose pods end.
    pub fn replicas(&self) -> i64 {
        match self {
            Asks::Deployment(wanted) => wanted.replicas,
            Asks::StatefulSet(wanted) => wanted.replicas,
            Asks::DaemonSet(..) | Asks::Pod(_) => 1,
            Asks::Job(_) => 0,
        }
    }

    /// The next steps. `restarts` is how often containers of a Job's pods were started again.
    pub fn next(&self, pods: &[Pod], restarts: i64) -> Verdict {
        let steps = match self {
            Asks::Deployment(wanted) => reconcile::deployment(wanted, pods),
            Asks::StatefulSet(wanted) => reconcile::stateful_set(wanted, pods),
            Asks::DaemonSet(version, bounds) => reconcile::daemon_set(version, *bounds, pods),
            Asks::Job(wanted) => return reconcile::job(wanted, JobProgress { failed_before: restarts }, pods),
            Asks::Pod(version) => single(version, pods),
        };
        Verdict { steps, ended: None }
    }
}

/// A pod of its own keeps what it has come to; only another version, or one that was made in part, is replaced.
fn single(version: &str, pods: &[Pod]) -> Vec<Step> {
    if pods.is_empty() {
        return vec![Step::Start { ordinal: None }];
    }
    let is_outdated = |pod: &&Pod| pod.version != version || pod.stage == reconcile::Stage::Partial;
    let goes = |pod: &&Pod| pod.stage != reconcile::Stage::Leaving;
    pods.iter().filter(is_outdated).filter(goes).map(|pod| Step::Stop(pod.name.clone())).collect()
}
