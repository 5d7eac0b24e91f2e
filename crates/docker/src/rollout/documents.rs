//! A workload and its pods as an API server would show them: what Kubernetes' controllers write into `status`, so that
//! `landfall_core::health` judges a workload here as in a cluster. Pure: no I/O, no clock.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{PodState, Told, Work, Workload, probe_events, stage};
use crate::reconcile::{Ended, Pod, Stage};

/// By this annotation `landfall_core::health` finds the newest replica set.
const REVISION: &str = "deployment.kubernetes.io/revision";

/// The documents of a workload: itself with its status, its replica sets if it is a Deployment, its pods, and events that
/// say why probes fail.
///
/// `pods` are those that it owns; where nobody has probed them, [`PodState::assume_ready`] makes up for it.
pub fn documents(workload: &Workload, pods: &[PodState], told: &Told, now: Timestamp) -> Vec<Value> {
    if workload.id.kind == "Pod" {
        let events = pods.iter().flat_map(|pod| probe_events::of(pod, now));
        return [single(workload, pods)].into_iter().chain(events).collect();
    }
    let counted: Vec<&PodState> = pods.iter().filter(|pod| pod.work != Work::Preparing).collect();
    let spoiled = |pod: &PodState| workload.spoiled.contains(&pod.uid);
    let stages: Vec<Pod> = counted.iter().map(|pod| stage::of(pod, workload.min_ready(), spoiled(pod), now)).collect();
    let numbers = Numbers::of(&stages, &workload.version);
    let mut document = workload.document.clone();
    let generation = document["metadata"]["generation"].clone();
    document["status"] = match workload.id.kind.as_str() {
        "StatefulSet" => stateful_set(workload, &numbers, &stages),
        "DaemonSet" => daemon_set(&numbers),
        // Its end is recorded: its pods may be gone.
        "Job" if document["status"]["conditions"].is_array() => document["status"].clone(),
        "Job" => job(workload, &counted, &stages, now),
        _ => deployment(workload, &numbers, told),
    };
    if !generation.is_null() && workload.id.kind != "Job" {
        document["status"]["observedGeneration"] = generation;
    }
    if workload.id.kind == "DaemonSet" {
        document["metadata"]["annotations"]["deprecated.daemonset.template.generation"] =
            workload.version.as_str().into();
    }
    let mut documents = vec![document];
    if workload.id.kind == "Deployment" {
        // Its own number would have to be one that the manifest does not have.
        if let Some(annotations) = documents[0]["metadata"]["annotations"].as_object_mut() {
            annotations.remove(REVISION);
        }
        documents.extend(replica_sets(workload, &stages));
    }
    documents.extend(pods.iter().map(|pod| owned(workload, pod)));
    documents.extend(pods.iter().flat_map(|pod| probe_events::of(pod, now)));
    documents
}

/// A pod with its owner.
fn owned(workload: &Workload, pod: &PodState) -> Value {
    let mut document = pod.document();
    let own = uid(workload);
    let owner = if workload.id.kind == "Deployment" { set_uid(own, &pod.version) } else { own.to_owned() };
    document["metadata"]["ownerReferences"] = json!([{"uid": owner, "controller": true}]);
    if workload.id.kind == "DaemonSet" {
        document["metadata"]["labels"]["pod-template-generation"] = pod.version.as_str().into();
    }
    document
}

/// A pod of its own: the record's identity, and what runs.
fn single(workload: &Workload, pods: &[PodState]) -> Value {
    let shown = pods.iter().find(|pod| pod.version == workload.version && pod.work != Work::Leaving);
    let mut document = workload.document.clone();
    document["status"] = match shown {
        Some(pod) => pod.document()["status"].clone(),
        None => json!({"phase": "Pending"}),
    };
    document
}

/// How many pods there are. Those that leave are counted apart, as Kubernetes does.
#[derive(Default)]
struct Numbers {
    all: i64,
    ready: i64,
    available: i64,
    updated: i64,
    updated_available: i64,
    leaving: i64,
}

impl Numbers {
    fn of(pods: &[Pod], version: &str) -> Self {
        let mut numbers = Self::default();
        for pod in pods {
            let (is_ready, is_available) = (is_ready(pod), pod.stage == Stage::Available);
            if pod.stage == Stage::Leaving {
                numbers.leaving += 1;
                continue;
            }
            numbers.all += 1;
            numbers.ready += i64::from(is_ready);
            numbers.available += i64::from(is_available);
            numbers.updated += i64::from(pod.version == version);
            numbers.updated_available += i64::from(pod.version == version && is_available);
        }
        numbers
    }
}

fn is_ready(pod: &Pod) -> bool {
    matches!(pod.stage, Stage::Ready | Stage::Available)
}

/// Source: pkg/controller/deployment/sync.go (calculateStatus) and progress.go.
fn deployment(workload: &Workload, numbers: &Numbers, told: &Told) -> Value {
    let wanted = workload.document["spec"]["replicas"].as_i64().unwrap_or(1);
    let is_complete = numbers.updated_available >= wanted && numbers.all == numbers.updated;
    let (status, reason) = match (told.is_stuck, is_complete) {
        (_, true) => ("True", "NewReplicaSetAvailable"),
        (true, false) => ("False", "ProgressDeadlineExceeded"),
        (false, false) => ("True", "ReplicaSetUpdated"),
    };
    json!({
        "replicas": numbers.all,
        "updatedReplicas": numbers.updated,
        "readyReplicas": numbers.ready,
        "availableReplicas": numbers.available,
        "unavailableReplicas": (wanted - numbers.available).max(0),
        "terminatingReplicas": numbers.leaving,
        "conditions": [{"type": "Progressing", "status": status, "reason": reason}],
    })
}

/// One for each version that has pods, and for the one that is asked for.
fn replica_sets(workload: &Workload, pods: &[Pod]) -> Vec<Value> {
    let mut versions: Vec<&str> = pods.iter().map(|pod| pod.version.as_str()).collect();
    versions.push(&workload.version);
    versions.sort_unstable();
    versions.dedup();
    let set = |version: &str| {
        let of: Vec<&Pod> = pods.iter().filter(|pod| pod.version == version && pod.stage != Stage::Leaving).collect();
        let revision = if version == workload.version { "2" } else { "1" };
        json!({
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": format!("{}-{version}", workload.id.name),
                "namespace": workload.id.namespace,
                "uid": set_uid(uid(workload), version),
                "annotations": {REVISION: revision},
                "ownerReferences": [{"uid": uid(workload), "controller": true}],
            },
            "status": {
                "replicas": of.len(),
                "readyReplicas": of.iter().filter(|pod| is_ready(pod)).count(),
                "availableReplicas": of.iter().filter(|pod| pod.stage == Stage::Available).count(),
            },
        })
    };
    versions.into_iter().map(set).collect()
}

fn stateful_set(workload: &Workload, numbers: &Numbers, pods: &[Pod]) -> Value {
    let old = pods.iter().find(|pod| pod.version != workload.version).map(|pod| pod.version.as_str());
    json!({
        "replicas": numbers.all,
        "updatedReplicas": numbers.updated,
        "readyReplicas": numbers.ready,
        "availableReplicas": numbers.available,
        "currentRevision": old.unwrap_or(&workload.version),
        "updateRevision": workload.version,
    })
}

/// One host is one node.
fn daemon_set(numbers: &Numbers) -> Value {
    json!({
        "desiredNumberScheduled": 1,
        "currentNumberScheduled": numbers.all.min(1),
        "updatedNumberScheduled": numbers.updated.min(1),
        "numberReady": numbers.ready.min(1),
        "numberAvailable": numbers.available.min(1),
    })
}

/// Source: pkg/controller/job/job_controller.go (newCondition, syncJob).
fn job(workload: &Workload, pods: &[&PodState], stages: &[Pod], now: Timestamp) -> Value {
    let restarts = super::run::restarts(pods.iter().copied());
    let ended = workload.asks(false, workload.age(now)).next(stages, restarts).ended;
    let count = |stage: Stage| stages.iter().filter(|pod| pod.stage == stage).count();
    let active = stages.iter().filter(|pod| pod.stage == Stage::Starting || is_ready(pod)).count();
    let mut status = Map::new();
    status.insert("startTime".to_owned(), workload.document["metadata"]["creationTimestamp"].clone());
    status.insert("active".to_owned(), active.into());
    status.insert("succeeded".to_owned(), count(Stage::Succeeded).into());
    let failed = i64::try_from(count(Stage::Failed)).unwrap_or(i64::MAX);
    status.insert("failed".to_owned(), failed.saturating_add(restarts).into());
    let failure = |reason: &str, message: &str| json!([{"type": "Failed", "status": "True", "reason": reason, "message": message}]);
    match ended {
        None => {}
        Some(Ended::Complete) => {
            let last = pods.iter().flat_map(|pod| pod.containers.values()).map(super::ContainerState::end).max();
            status.insert("conditions".to_owned(), json!([{"type": "Complete", "status": "True"}]));
            status.insert("completionTime".to_owned(), last.map(super::look::whole_seconds).into());
        }
        Some(Ended::BackoffLimitExceeded) => {
            let failed = failure("BackoffLimitExceeded", "Job has reached the specified backoff limit");
            status.insert("conditions".to_owned(), failed);
        }
        Some(Ended::DeadlineExceeded) => {
            let failed = failure("DeadlineExceeded", "Job was active longer than specified deadline");
            status.insert("conditions".to_owned(), failed);
        }
    }
    status.into()
}

fn uid(workload: &Workload) -> &str {
    workload.document["metadata"]["uid"].as_str().unwrap_or_default()
}

fn set_uid(uid: &str, version: &str) -> String {
    format!("{uid}.{version}")
}
