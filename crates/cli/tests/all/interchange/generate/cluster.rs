//! Kinds of the whole cluster.

use serde_json::{Value, json};

pub fn namespace() -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "spec": {"?": ["~", "~", {}]}})
}

pub fn volume() -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolume",
        "spec": {
            "capacity": {"storage": {"?": ["1Gi", "1024Mi", "2G"]}},
            "accessModes": {"?": [["ReadWriteOnce"], ["ReadWriteOnce", "ReadOnlyMany"], ["ReadOnlyMany", "ReadWriteOnce"]]},
            "persistentVolumeReclaimPolicy": {"?": ["~", "Retain", "Delete"]},
            "storageClassName": {"?": ["~", "fast", ""]},
            "mountOptions": {"?": ["~", [], {"*": ["ro", "soft"]}]},
            "nfs": {"server": "192.0.2.1", "path": {"!": ["/a", "/b"]}, "readOnly": {"!": ["~", false, true]}},
        },
    })
}

pub fn storage_class() -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
        "provisioner": {"!": ["example.org/a", "kubernetes.io/no-provisioner"]},
        "parameters": {"!": ["~", {"type": "fast"}]},
        "reclaimPolicy": {"!": ["~", "Retain"]},
        "volumeBindingMode": {"!": ["~", "WaitForFirstConsumer"]},
        "allowVolumeExpansion": {"?": ["~", true, false]},
        "mountOptions": {"?": ["~", [], {"*": ["ro", "soft"]}]},
    })
}

pub fn priority_class() -> Value {
    json!({
        "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "value": {"!": [100, 1000]},
        "description": {"?": ["~", "for the shop", ""]}, "preemptionPolicy": {"!": ["~", "Never"]}, "globalDefault": {"?": ["~", false]},
    })
}

pub fn runtime_class() -> Value {
    json!({
        "apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "handler": {"!": ["a", "b"]},
        "overhead": {"?": ["~", {"podFixed": {"cpu": {"?": ["100m", "0.1"]}, "memory": {"?": ["~", "1Gi"]}}}]},
        "scheduling": {"?": ["~", {"nodeSelector": {"a": {"?": ["b", "c"]}},
            "tolerations": {"*": [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "Exists", "effect": "NoSchedule"}]}}]},
    })
}

pub fn csi_driver() -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver",
        "spec": {"attachRequired": {"!": ["~", false]}, "podInfoOnMount": {"?": ["~", true, false]},
            "fsGroupPolicy": {"?": ["~", "File", "None"]}, "storageCapacity": {"?": ["~", true]},
            "tokenRequests": {"?": ["~", {"*": [{"audience": "a"}, {"audience": "b", "expirationSeconds": {"?": [3600, 7200]}}]}]}},
    })
}
