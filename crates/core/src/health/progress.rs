//! Numbers for progress lines.

use serde::Serialize;
use serde_json::Value;

use super::{
    Surroundings,
    cause::is_ready,
    daemon_set, deployment,
    fields::{count, is_deleted, is_observed, number, text},
    stateful_set,
};

/// How many of a workload's pods are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Progress {
    /// Ready pods of the new version; of a Job, the completions.
    pub ready: i64,
    /// How many there are to be.
    pub total: i64,
}

/// The pods of the version that a workload asks for, without those that are stopping; all pods of a kind that has no
/// versions. For [`images`](super::images()) and for lists.
pub fn new_pods<'a>(workload: &Value, surroundings: &Surroundings<'a>) -> Vec<&'a Value> {
    let pods: Vec<&Value> = match text(workload, "/kind") {
        "Deployment" => {
            let set = deployment::newest(workload, surroundings);
            set.into_iter().flat_map(|set| surroundings.children(set, "Pod")).collect()
        }
        "StatefulSet" => stateful_set::pods(workload, surroundings).collect(),
        "DaemonSet" => daemon_set::pods(workload, surroundings).collect(),
        _ => surroundings.children(workload, "Pod").collect(),
    };
    pods.into_iter().filter(|pod| !is_deleted(pod)).collect()
}

/// How far a workload is, in numbers; `None` for kinds without any. Before its controller has seen the change, nothing
/// of the new version is ready.
pub fn progress(workload: &Value, surroundings: &Surroundings<'_>) -> Option<Progress> {
    let total = match text(workload, "/kind") {
        "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController" => {
            number(workload, "/spec/replicas").unwrap_or(1)
        }
        "DaemonSet" => count(workload, "/status/desiredNumberScheduled"),
        "Job" => {
            let ready = count(workload, "/status/succeeded");
            return Some(Progress { ready, total: number(workload, "/spec/completions").unwrap_or(1) });
        }
        _ => return None,
    };
    if !is_observed(workload) {
        return Some(Progress { ready: 0, total });
    }
    let ready = new_pods(workload, surroundings).iter().filter(|pod| is_ready(pod)).count();
    Some(Progress { ready: i64::try_from(ready).unwrap_or(i64::MAX).min(total), total })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::health::fields::name;

    fn pod(name: &str, owner: &str, status: &str) -> Value {
        json!({
            "kind": "Pod",
            "metadata": {
                "name": name, "uid": name, "ownerReferences": [{"uid": owner, "controller": true}],
                "labels": {"controller-revision-hash": format!("{owner}-hash")},
            },
            "status": {"conditions": [{"type": "Ready", "status": status}]},
        })
    }

    #[test]
    fn only_ready_pods_of_the_new_version_count() {
        let set = |uid: &str, revision: &str| {
            json!({
                "kind": "ReplicaSet",
                "metadata": {
                    "uid": uid, "annotations": {"deployment.kubernetes.io/revision": revision},
                    "ownerReferences": [{"uid": "d", "controller": true}],
                },
            })
        };
        let mut leaving = pod("c", "new", "True");
        leaving["metadata"]["deletionTimestamp"] = json!("2026-01-02T03:04:05Z");
        let objects = [
            set("old", "1"),
            set("new", "2"),
            pod("a", "old", "True"),
            pod("b", "new", "True"),
            leaving,
            pod("d", "new", "False"),
        ];
        let around = Surroundings::new(&objects, "");
        let mut deployment = json!({
            "kind": "Deployment",
            "metadata": {"uid": "d", "generation": 2, "annotations": {"deployment.kubernetes.io/revision": "2"}},
            "spec": {"replicas": 3},
            "status": {"observedGeneration": 2},
        });
        assert_eq!(new_pods(&deployment, &around).into_iter().map(name).collect::<Vec<_>>(), ["b", "d"]);
        assert_eq!(progress(&deployment, &around), Some(Progress { ready: 1, total: 3 }));
        deployment["metadata"]["generation"] = json!(3);
        assert_eq!(progress(&deployment, &around), Some(Progress { ready: 0, total: 3 }), "not seen yet");
    }

    #[test]
    fn kinds_have_their_own_numbers() {
        let objects = [pod("a", "s", "True"), pod("b", "s", "False")];
        let around = Surroundings::new(&objects, "");
        let of = |kind: &str, spec: Value, status: Value| {
            progress(&json!({"kind": kind, "metadata": {"uid": "s"}, "spec": spec, "status": status}), &around)
        };
        let one_of = |total: i64| Some(Progress { ready: 1, total });
        assert_eq!(of("StatefulSet", json!({"replicas": 2}), json!({"updateRevision": "s-hash"})), one_of(2));
        assert_eq!(of("DaemonSet", json!({}), json!({"desiredNumberScheduled": 2})), one_of(2));
        assert_eq!(of("ReplicaSet", json!({}), json!({})), one_of(1));
        assert_eq!(of("Job", json!({"completions": 4}), json!({"succeeded": 1})), one_of(4));
        assert_eq!(of("ConfigMap", json!({}), json!({})), None);
    }
}
