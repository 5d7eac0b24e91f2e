//! What runs pods.

use serde_json::{Value, json};

use super::pod;

fn selector() -> Value {
    json!({"matchLabels": {"app": "$NAME"}})
}

/// Strategies of both types: with `Recreate` the parameters of the other have to go.
pub fn deployment() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "spec": {
            "replicas": {"?": ["~", null, 0, 1, 2, 3]},
            "minReadySeconds": {"?": ["~", 0, 5]},
            "paused": {"?": ["~", true, false]},
            "progressDeadlineSeconds": {"?": ["~", 600, 300]},
            "revisionHistoryLimit": {"?": ["~", 10, 2, 0]},
            "selector": selector(),
            "strategy": {"?": ["~", null, {}, {"type": "Recreate"}, {"type": "RollingUpdate"}, {"type": "Recreate", "rollingUpdate": null},
                {"type": {"?": ["~", "RollingUpdate"]}, "rollingUpdate": {"?": [{}, {"maxSurge": {"?": [1, "25%", "50%"]}}, {"maxSurge": 2, "maxUnavailable": {"?": [0, "0%", 1]}}]}}]},
            "template": pod::template(),
        },
        "status": {"?": ["~", "~", "~", {}]},
    })
}

pub fn stateful_set() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "spec": {
            "replicas": {"?": ["~", 0, 1, 2]},
            "minReadySeconds": {"?": ["~", 0, 5]},
            "serviceName": {"!": ["$NAME", ""]},
            "podManagementPolicy": {"!": ["~", "Parallel"]},
            "persistentVolumeClaimRetentionPolicy": {"?": ["~", {"whenDeleted": "Delete"}, {"whenDeleted": "Retain", "whenScaled": "Delete"}]},
            "selector": selector(),
            "updateStrategy": {"?": ["~", {}, {"type": "OnDelete"}, {"type": "RollingUpdate", "rollingUpdate": {"?": ["~", {"partition": {"?": [0, 1]}}]}}]},
            "template": pod::template(),
            "volumeClaimTemplates": {"!": ["~", [], [{
                "metadata": {"name": "data", "labels": {"a": "b"}},
                "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": {"!": ["1Gi", "1024Mi"]}}}},
            }], [
                {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "a"},
                 "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "resources": {"requests": {"storage": "2G"}}}},
                {"metadata": {"name": "b"}, "spec": {"accessModes": ["ReadOnlyMany"], "resources": {"requests": {"storage": "0.5Gi"}}}},
            ]]},
        },
    })
}

pub fn daemon_set() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet",
        "spec": {
            "minReadySeconds": {"?": ["~", 0, 5]},
            "selector": selector(),
            "updateStrategy": {"?": ["~", {"type": "OnDelete"}, {"type": "RollingUpdate"}, {"rollingUpdate": {"maxUnavailable": {"?": [1, "10%"]}}, "type": "RollingUpdate"}]},
            "template": pod::template(),
        },
    })
}

pub fn replica_set() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "spec": {"replicas": {"?": ["~", 0, 1, 2]}, "minReadySeconds": {"?": ["~", 5]}, "selector": selector(), "template": pod::template()},
    })
}

pub fn replication_controller() -> Value {
    json!({
        "apiVersion": "v1", "kind": "ReplicationController",
        "spec": {"replicas": {"?": ["~", 0, 1, 2]}, "selector": {"app": "$NAME"}, "template": pod::template()},
    })
}

pub fn job() -> Value {
    json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "spec": {
            "completions": 1,
            "parallelism": {"?": ["~", 0, 1, 2]},
            "backoffLimit": {"?": ["~", 6, 2]},
            "activeDeadlineSeconds": {"?": ["~", 100, 200]},
            "ttlSecondsAfterFinished": {"?": ["~", 0, 100]},
            "suspend": {"?": ["~", true, false]},
            "template": {"!": [ended("1"), ended("2")]},
        },
    })
}

fn ended(image: &str) -> Value {
    json!({
        "metadata": {"labels": {"job": "$NAME"}},
        "spec": {"restartPolicy": "Never", "containers": [{"name": "work", "image": format!("shop/work:{image}"),
            "resources": {"limits": {"cpu": "2000m"}}}]},
    })
}

pub fn cron_job() -> Value {
    json!({
        "apiVersion": "batch/v1", "kind": "CronJob",
        "spec": {
            "schedule": {"?": ["* * * * *", "@daily"]},
            "timeZone": {"?": ["~", "Europe/Berlin"]},
            "concurrencyPolicy": {"?": ["~", "Allow", "Forbid", "Replace"]},
            "startingDeadlineSeconds": {"?": ["~", 100, null]},
            "successfulJobsHistoryLimit": {"?": ["~", 3, 0]},
            "suspend": {"?": ["~", true, false]},
            "jobTemplate": {
                "metadata": {"?": ["~", {}, {"labels": {"a": {"?": ["b", "c"]}}}]},
                "spec": {"backoffLimit": {"?": ["~", 2]}, "template": pod::ending_template()},
            },
        },
    })
}

/// A pod of its own: only images and few other fields of it can change.
pub fn lone_pod() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "spec": {
            "containers": [{"name": "web", "image": {"?": ["shop/web:1", "shop/web:2"]}, "ports": [{"containerPort": 80}],
                "env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
                "resources": {"requests": {"cpu": "0.5", "memory": "1024Mi"}}}],
            "nodeSelector": {"!": ["~", {"disk": "ssd"}]},
            "activeDeadlineSeconds": {"!": ["~", 100]},
        },
    })
}
