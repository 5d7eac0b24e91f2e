//! Which kinds have a way to become live at all.

use crate::{
    object::{GroupKind, Gvk},
    schema,
};

/// Built-in kinds with a rule.
const WITH_RULE: [(&str, &str); 14] = [
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("apps", "ReplicaSet"),
    ("", "ReplicationController"),
    ("", "Pod"),
    ("batch", "Job"),
    ("batch", "CronJob"),
    ("", "PersistentVolumeClaim"),
    ("", "Service"),
    ("networking.k8s.io", "Ingress"),
    ("policy", "PodDisruptionBudget"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("apiregistration.k8s.io", "APIService"),
];

/// Whether objects of a kind become live some time after they were written: the built-in kinds with a rule, and all
/// custom kinds, of which nobody knows. ConfigMaps, roles and their like are what they are at once.
pub fn is_judged(gvk: &Gvk) -> bool {
    has_own_rule(&gvk.group_kind()) || schema::builtin().lookup(gvk).is_none()
}

/// Whether a kind is live by rules of its own.
pub(super) fn has_own_rule(kind: &GroupKind) -> bool {
    WITH_RULE.contains(&(kind.group.as_str(), kind.kind.as_str()))
        || (kind.group == "apiextensions.k8s.io" && kind.kind == "CustomResourceDefinition")
}

/// Whether objects of a kind have pods, which say more.
pub fn has_pods(gvk: &Gvk) -> bool {
    WITH_RULE[..7].contains(&(gvk.group.as_str(), gvk.kind.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_status_of_its_own_is_judged() {
        for (api_version, kind, judged, pods) in [
            ("apps/v1", "Deployment", true, true),
            ("batch/v1", "Job", true, true),
            ("v1", "PersistentVolumeClaim", true, false),
            ("apiextensions.k8s.io/v1", "CustomResourceDefinition", true, false),
            ("example.com/v1", "Widget", true, false),
            ("gateway.networking.k8s.io/v1", "Gateway", true, false),
            ("v1", "ConfigMap", false, false),
            ("rbac.authorization.k8s.io/v1", "Role", false, false),
        ] {
            let gvk = Gvk::new(api_version, kind);
            assert_eq!((is_judged(&gvk), has_pods(&gvk)), (judged, pods), "{api_version} {kind}");
        }
    }
}
