//! What workloads need and how much of it.

use serde_json::{Value, json};

pub fn config_map() -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "data": {"?": ["~", null, {}, {"a": {"?": ["1", "2\n", "<&>", ""]}, "b.yaml": {"?": ["~", "x: 1\n", null]}, "c": {"?": ["~", "\u{e4}\u{2028}"]}}]},
        "binaryData": {"?": ["~", "~", {"b": {"?": ["AAEC", "AAE="]}}]},
    })
}

fn owner(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "name": name, "uid": format!("00000000-0000-0000-0000-00000000000{name}"),
        "blockOwnerDeletion": {"?": ["~", true, false]}})
}

/// With finalizers and owners: lists that are merged, of single values and by UID. It is never removed from the revisions.
pub fn held_config_map() -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {
            "finalizers": {"?": ["~", null, {"*": ["example.org/a", "example.org/b", "example.org/c"]}]},
            "ownerReferences": {"?": ["~", {"*": [owner("a"), owner("b")]}]},
        },
        "data": {"a": {"?": ["1", "2"]}},
    })
}

pub fn secret() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret",
        "type": {"!": ["~", "Opaque", "example.org/own"]},
        "data": {"?": ["~", null, {}, {"a": {"?": ["YQ==", "Yg=="]}, "b": {"?": ["~", "Yw==", ""]}}]},
        "stringData": {"?": ["~", "~", {}, {"c": {"?": ["d", "e"]}}, {"a": "a"}]},
    })
}

pub fn service_account() -> Value {
    json!({
        "apiVersion": "v1", "kind": "ServiceAccount",
        "automountServiceAccountToken": {"?": ["~", true, false]},
        "secrets": {"?": ["~", [], {"*": [{"name": "a"}, {"name": "b", "namespace": {"?": ["~", "default"]}}, {"name": "c"}]}]},
        "imagePullSecrets": {"?": ["~", null, {"*": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}]},
    })
}

pub fn claim() -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "spec": {"accessModes": {"!": [["ReadWriteOnce"], ["ReadWriteOnce", "ReadOnlyMany"]]},
            "resources": {"requests": {"storage": {"!": ["1Gi", "1024Mi", "2G", "0.5Gi"]}}},
            "storageClassName": {"!": ["~", "fast", ""]}, "volumeMode": {"!": ["~", "Filesystem"]}},
    })
}

pub fn disruption_budget() -> Value {
    json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
        "spec": {"?": [
            {"minAvailable": {"?": [1, "50%", 0]}, "selector": {"matchLabels": {"a": {"?": ["b", "c"]}}}},
            {"maxUnavailable": {"?": [1, "50%"]}, "selector": {"?": [{"matchLabels": {"a": "b"}}, {}]}, "unhealthyPodEvictionPolicy": {"?": ["~", "AlwaysAllow"]}},
        ]},
    })
}

pub fn autoscaler() -> Value {
    let resource = |name: &str| {
        json!({"type": "Resource", "resource": {"name": name, "target": {"?": [
        {"type": "Utilization", "averageUtilization": {"?": [50, 80]}}, {"type": "AverageValue", "averageValue": {"?": ["500m", "0.5", "1"]}}]}}})
    };
    json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": {"?": ["a", "b"]}},
            "minReplicas": {"?": ["~", 1, 2]}, "maxReplicas": {"?": [3, 5]},
            "metrics": {"?": ["~", {"+": [resource("cpu"), resource("memory"),
                {"type": "Pods", "pods": {"metric": {"name": "requests"}, "target": {"type": "AverageValue", "averageValue": {"?": ["1k", "1000"]}}}}]}]},
            "behavior": {"?": ["~", {}, {"scaleDown": {"stabilizationWindowSeconds": {"?": ["~", 0, 300]},
                "policies": {"?": ["~", {"+": [{"type": "Pods", "value": 4, "periodSeconds": 60}, {"type": "Percent", "value": {"?": [10, 20]}, "periodSeconds": 60}]}]}}}]},
        },
    })
}

/// In a namespace without anything that it counts.
pub fn quota() -> Value {
    json!({
        "apiVersion": "v1", "kind": "ResourceQuota",
        "spec": {"hard": {"?": [{}, {"limits.cpu": {"?": ["2", "2000m", 2]}, "requests.memory": {"?": ["~", "1Gi", "1024Mi"]}}]},
            "scopes": {"!": ["~", ["NotTerminating"]]}},
    })
}

pub fn limit_range() -> Value {
    json!({
        "apiVersion": "v1", "kind": "LimitRange",
        "spec": {"limits": {"+": [
            {"type": "Container", "default": {"?": ["~", {"cpu": {"?": ["1", "1000m"]}}]}, "max": {"?": ["~", {"cpu": "2", "memory": "4Gi"}]},
             "defaultRequest": {"?": ["~", {"cpu": "100m"}]}},
            {"type": "Pod", "max": {"cpu": {"?": ["4", "4000m"]}}},
            {"type": "PersistentVolumeClaim", "min": {"storage": {"?": ["1Gi", "1024Mi"]}}},
        ]}},
    })
}
