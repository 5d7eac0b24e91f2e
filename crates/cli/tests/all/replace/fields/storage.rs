//! Claims, volumes and their classes.

use serde_json::{Value, json};

use super::{Subject, subject};

fn claim(fields: Value) -> Value {
    let mut spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    super::merge(&mut spec, &fields);
    json!({"spec": spec})
}

fn volume(fields: Value) -> Value {
    let mut spec = json!({"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}});
    super::merge(&mut spec, &fields);
    json!({"spec": spec})
}

pub fn subjects() -> Vec<Subject> {
    vec![
        subject("v1", "PersistentVolumeClaim", claim(json!({"storageClassName": "a"})), claim_changes()),
        subject(
            "v1",
            "PersistentVolumeClaim",
            claim(json!({"storageClassName": "a", "volumeName": "disk"})),
            [
                json!({"spec": {"volumeName": "other"}}),
                json!({"spec": {"resources": {"requests": {"storage": "2Gi"}}}}),
            ],
        ),
        subject("v1", "PersistentVolumeClaim", claim(json!({})), [json!({"spec": {"storageClassName": "b"}})]),
        subject(
            "v1",
            "PersistentVolume",
            volume(json!({"hostPath": {"path": "/a"}})),
            [
                json!({"spec": {"hostPath": {"path": "/b"}}}),
                json!({"spec": {"hostPath": null, "nfs": {"server": "a", "path": "/a"}}}),
                json!({"spec": {"capacity": {"storage": "2Gi"}}}),
                json!({"spec": {"accessModes": ["ReadWriteMany"]}}),
                json!({"spec": {"persistentVolumeReclaimPolicy": "Delete"}}),
                json!({"spec": {"storageClassName": "b"}}),
                json!({"spec": {"mountOptions": ["ro"]}}),
                json!({"spec": {"volumeMode": "Block"}}),
                json!({"spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}}}}),
                json!({"spec": {"claimRef": {"namespace": "default", "name": "a"}}}),
            ],
        ),
        subject(
            "v1",
            "PersistentVolume",
            local_volume(),
            [
                json!({"spec": {"local": {"path": "/b"}}}),
                json!({"spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "b", "operator": "Exists"}]}]}}}}),
            ],
        ),
        subject(
            "v1",
            "PersistentVolume",
            volume(json!({"csi": {"driver": "example.com", "volumeHandle": "a"}})),
            [json!({"spec": {"csi": {"volumeHandle": "b"}}}), json!({"spec": {"csi": {"fsType": "ext4"}}})],
        ),
        subject(
            "v1",
            "PersistentVolume",
            volume(json!({"nfs": {"server": "a", "path": "/a"}})),
            [json!({"spec": {"nfs": {"server": "b"}}})],
        ),
        subject(
            "v1",
            "PersistentVolume",
            volume(json!({"iscsi": {"targetPortal": "10.0.0.1", "iqn": "iqn.2001-04.com.example:a", "lun": 0}})),
            [json!({"spec": {"iscsi": {"lun": 1}}})],
        ),
        subject(
            "storage.k8s.io/v1",
            "StorageClass",
            json!({"provisioner": "example.com/a", "parameters": {"type": "fast"}}),
            [
                json!({"provisioner": "example.com/b"}),
                json!({"parameters": {"type": "slow"}}),
                json!({"parameters": null}),
                json!({"reclaimPolicy": "Retain"}),
                json!({"volumeBindingMode": "WaitForFirstConsumer"}),
                json!({"allowVolumeExpansion": true}),
                json!({"mountOptions": ["ro"]}),
                json!({"allowedTopologies": [{"matchLabelExpressions": [{"key": "zone", "values": ["a"]}]}]}),
            ],
        ),
        subject(
            "storage.k8s.io/v1",
            "CSIDriver",
            json!({"spec": {"attachRequired": true}}),
            [
                json!({"spec": {"attachRequired": false}}),
                json!({"spec": {"podInfoOnMount": true}}),
                json!({"spec": {"fsGroupPolicy": "None"}}),
                json!({"spec": {"storageCapacity": true}}),
                json!({"spec": {"requiresRepublish": true}}),
                json!({"spec": {"volumeLifecycleModes": ["Persistent", "Ephemeral"]}}),
                json!({"spec": {"tokenRequests": [{"audience": "a"}]}}),
                json!({"spec": {"seLinuxMount": true}}),
            ],
        ),
        subject(
            "storage.k8s.io/v1",
            "VolumeAttributesClass",
            json!({"driverName": "example.com", "parameters": {"type": "fast"}}),
            [json!({"driverName": "other.example.com"}), json!({"parameters": {"type": "slow"}})],
        ),
        subject(
            "storage.k8s.io/v1",
            "VolumeAttachment",
            json!({"spec": {"attacher": "a", "nodeName": "a", "source": {"persistentVolumeName": "a"}}}),
            [json!({"spec": {"nodeName": "b"}})],
        ),
        subject(
            "storage.k8s.io/v1",
            "CSIStorageCapacity",
            json!({"storageClassName": "a", "capacity": "1Gi"}),
            [
                json!({"capacity": "2Gi"}),
                json!({"storageClassName": "b"}),
                json!({"nodeTopology": {"matchLabels": {"a": "b"}}}),
            ],
        ),
    ]
}

fn claim_changes() -> [Value; 8] {
    [
        json!({"spec": {"volumeAttributesClassName": "a"}}),
        json!({"spec": {"storageClassName": "b"}}),
        json!({"spec": {"resources": {"requests": {"storage": "2Gi"}}}}),
        json!({"spec": {"accessModes": ["ReadWriteMany"]}}),
        json!({"spec": {"volumeMode": "Block"}}),
        json!({"spec": {"volumeName": "disk"}}),
        json!({"spec": {"selector": {"matchLabels": {"a": "b"}}}}),
        json!({"spec": {"dataSource": {"kind": "PersistentVolumeClaim", "name": "a"}}}),
    ]
}

fn local_volume() -> Value {
    let affinity =
        json!({"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}});
    volume(json!({"local": {"path": "/a"}, "nodeAffinity": affinity}))
}
