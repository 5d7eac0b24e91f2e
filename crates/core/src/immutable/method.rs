//! How an object with a changed immutable field is replaced.

use serde_json::Value;

use crate::{manifest::labels, object::GroupKind, selector::Selector};

/// How a replacement of an object goes, and what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplaceMethod {
    /// Delete the object but not what it owns, then create it again: its controller adopts the pods, which keep
    /// running, and claims stay.
    Orphan,
    /// The same cannot be done: the new selector does not select the pods that run. They go with the object.
    RecreatePods,
    /// Delete and create at once. What the object does is missing in between.
    Recreate,
    /// Delete and create an object that holds data or that others are bound to. Needs an approval of its own.
    RecreateData,
}

impl ReplaceMethod {
    /// The method for an object that is live and is to become `desired`.
    pub fn of(kind: &GroupKind, live: &Value, desired: &Value) -> Self {
        match (kind.group.as_str(), kind.kind.as_str()) {
            ("apps", "StatefulSet" | "Deployment" | "DaemonSet" | "ReplicaSet") if selects_pods(live, desired) => {
                Self::Orphan
            }
            ("apps", "StatefulSet") if deletes_claims(live) => Self::RecreateData,
            ("apps", "StatefulSet" | "Deployment" | "DaemonSet" | "ReplicaSet") => Self::RecreatePods,
            ("", "PersistentVolumeClaim" | "PersistentVolume" | "Namespace")
            | ("apiextensions.k8s.io", "CustomResourceDefinition") => Self::RecreateData,
            _ => Self::Recreate,
        }
    }

    /// What a user has to know before approving.
    pub fn consequence(self) -> &'static str {
        match self {
            Self::Orphan => "its pods keep running and its claims stay; the new one adopts them",
            Self::RecreatePods => {
                "its pods are stopped, since the new selector does not select them, and new ones started"
            }
            Self::Recreate => "it is deleted and created again at once, and is missing in between",
            Self::RecreateData => "it is deleted with the data in it, and created empty",
        }
    }
}

/// Whether the new selector selects the pods that the live object made.
fn selects_pods(live: &Value, desired: &Value) -> bool {
    let pods = live.pointer("/spec/template").map(labels).unwrap_or_default();
    desired
        .pointer("/spec/selector")
        .and_then(Selector::of_label_selector)
        .is_some_and(|selector| selector.matches(&pods))
}

/// Whether its claims are deleted with a StatefulSet.
fn deletes_claims(live: &Value) -> bool {
    let policy = live.pointer("/spec/persistentVolumeClaimRetentionPolicy/whenDeleted");
    policy.and_then(Value::as_str) == Some("Delete")
}
