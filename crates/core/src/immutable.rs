//! Fields that the API server does not let anybody change: foreseen here, so that a revision that changes one is
//! refused before its first write, with the field's name and the way out.
//!
//! Source: the update validation of each kind in Kubernetes v1.37 (`pkg/apis/*/validation`). A field that is missing
//! here is still found by the server's dry run, only with the server's words.

use serde_json::Value;

use crate::{
    compare::{FieldChange, FieldPath, Step},
    object::GroupKind,
};

/// How a replacement of an object goes, and what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplaceMethod {
    /// Delete the object but not what it owns, then create it again: its controller adopts the pods, which keep
    /// running, and claims stay.
    Orphan,
    /// Delete and create at once. What the object does is missing in between.
    Recreate,
    /// Delete and create an object that holds data or that others are bound to. Needs an approval of its own.
    RecreateData,
}

impl ReplaceMethod {
    /// The method for a kind.
    pub fn of(kind: &GroupKind) -> Self {
        match (kind.group.as_str(), kind.kind.as_str()) {
            ("apps", "StatefulSet" | "Deployment" | "DaemonSet" | "ReplicaSet") => Self::Orphan,
            ("", "PersistentVolumeClaim" | "PersistentVolume" | "Namespace")
            | ("apiextensions.k8s.io", "CustomResourceDefinition") => Self::RecreateData,
            _ => Self::Recreate,
        }
    }

    /// What a user has to know before approving.
    pub fn consequence(self) -> &'static str {
        match self {
            Self::Orphan => "its pods keep running and its claims are kept; they are adopted by the new one",
            Self::Recreate => "it is deleted and created again at once, and is missing in between",
            Self::RecreateData => "it is deleted with the data in it, and created empty",
        }
    }
}

/// The part of a kind that cannot change.
struct Rule {
    group: &'static str,
    kind: &'static str,
    /// Everything below this path,
    below: &'static [&'static str],
    /// except what is below these.
    except: &'static [&'static [&'static str]],
    /// Holds only where the live object has this field set to `true`.
    only_if: Option<&'static str>,
}

const fn rule(group: &'static str, kind: &'static str, below: &'static [&'static str]) -> Rule {
    Rule { group, kind, below, except: &[], only_if: None }
}

const RULES: &[Rule] = &[
    rule("apps", "Deployment", &["spec", "selector"]),
    rule("apps", "ReplicaSet", &["spec", "selector"]),
    rule("apps", "DaemonSet", &["spec", "selector"]),
    rule("apps", "StatefulSet", &["spec", "selector"]),
    rule("apps", "StatefulSet", &["spec", "serviceName"]),
    rule("apps", "StatefulSet", &["spec", "podManagementPolicy"]),
    rule("apps", "StatefulSet", &["spec", "volumeClaimTemplates"]),
    rule("batch", "Job", &["spec", "selector"]),
    rule("batch", "Job", &["spec", "completionMode"]),
    rule("batch", "Job", &["spec", "podFailurePolicy"]),
    rule("batch", "Job", &["spec", "backoffLimitPerIndex"]),
    rule("batch", "Job", &["spec", "managedBy"]),
    rule("batch", "Job", &["spec", "successPolicy"]),
    rule("batch", "Job", &["spec", "template"]),
    rule("", "Service", &["spec", "clusterIP"]),
    rule("", "Service", &["spec", "clusterIPs"]),
    rule("", "Service", &["spec", "loadBalancerClass"]),
    rule("", "Secret", &["type"]),
    Rule { only_if: Some("immutable"), ..rule("", "Secret", &["data"]) },
    Rule { only_if: Some("immutable"), ..rule("", "Secret", &["immutable"]) },
    Rule { only_if: Some("immutable"), ..rule("", "ConfigMap", &["data"]) },
    Rule { only_if: Some("immutable"), ..rule("", "ConfigMap", &["binaryData"]) },
    Rule { only_if: Some("immutable"), ..rule("", "ConfigMap", &["immutable"]) },
    Rule {
        except: &[&["spec", "resources", "requests"], &["spec", "volumeAttributesClassName"], &["spec", "volumeName"]],
        ..rule("", "PersistentVolumeClaim", &["spec"])
    },
    rule("", "PersistentVolume", &["spec", "volumeMode"]),
    rule("", "PersistentVolume", &["spec", "hostPath"]),
    rule("", "PersistentVolume", &["spec", "local"]),
    rule("", "PersistentVolume", &["spec", "nfs"]),
    rule("", "PersistentVolume", &["spec", "csi"]),
    rule("rbac.authorization.k8s.io", "RoleBinding", &["roleRef"]),
    rule("rbac.authorization.k8s.io", "ClusterRoleBinding", &["roleRef"]),
    rule("storage.k8s.io", "StorageClass", &["provisioner"]),
    rule("storage.k8s.io", "StorageClass", &["parameters"]),
    rule("storage.k8s.io", "StorageClass", &["reclaimPolicy"]),
    rule("storage.k8s.io", "StorageClass", &["volumeBindingMode"]),
    rule("scheduling.k8s.io", "PriorityClass", &["value"]),
    rule("scheduling.k8s.io", "PriorityClass", &["preemptionPolicy"]),
    rule("networking.k8s.io", "IngressClass", &["spec", "controller"]),
    rule("node.k8s.io", "RuntimeClass", &["handler"]),
    rule("discovery.k8s.io", "EndpointSlice", &["addressType"]),
    rule("apiextensions.k8s.io", "CustomResourceDefinition", &["spec", "scope"]),
    rule("apiextensions.k8s.io", "CustomResourceDefinition", &["spec", "names", "kind"]),
    Rule {
        except: &[
            &["spec", "containers"],
            &["spec", "initContainers"],
            &["spec", "activeDeadlineSeconds"],
            &["spec", "tolerations"],
            &["spec", "terminationGracePeriodSeconds"],
            &["spec", "schedulingGates"],
        ],
        ..rule("", "Pod", &["spec"])
    },
];

/// Those of the changes that the API server would refuse because the field is immutable.
pub fn immutable_changes<'a>(kind: &GroupKind, live: &Value, changes: &'a [FieldChange]) -> Vec<&'a FieldChange> {
    changes.iter().filter(|change| is_immutable(kind, live, change)).collect()
}

fn is_immutable(kind: &GroupKind, live: &Value, change: &FieldChange) -> bool {
    !may_change(kind, live, change)
        && RULES.iter().any(|rule| {
            rule.group == kind.group
                && rule.kind == kind.kind
                && starts_with(&change.path, rule.below)
                && !rule.except.iter().any(|except| starts_with(&change.path, except))
                && rule.only_if.is_none_or(|field| live.get(field) == Some(&Value::Bool(true)))
        })
}

/// Whether a field that is immutable as a rule may change here, so that the server has to say.
fn may_change(kind: &GroupKind, live: &Value, change: &FieldChange) -> bool {
    let below = |fields: &[&str]| starts_with(&change.path, fields);
    let is_unset = match &change.old {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) => false,
    };
    let live_type = live.pointer("/spec/type").and_then(Value::as_str);
    match (kind.group.as_str(), kind.kind.as_str()) {
        // The address can be set once, and goes with the type: becoming an ExternalName releases it, ceasing to be one
        // assigns it.
        ("", "Service") if below(&["spec", "clusterIP"]) || below(&["spec", "clusterIPs"]) => {
            is_unset || live_type == Some("ExternalName")
        }
        // The class comes and goes with the type.
        ("", "Service") if below(&["spec", "loadBalancerClass"]) => {
            live_type != Some("LoadBalancer") || change.new.is_none()
        }
        // A claim that was made before there was a default class may get its class later.
        ("", "PersistentVolumeClaim") => below(&["spec", "storageClassName"]) && is_unset,
        ("", "PersistentVolume") => below(&["spec", "csi", "controllerExpandSecretRef"]) && is_unset,
        // Where its pods go and what they may use can change until it starts.
        ("batch", "Job") => {
            below(&["spec", "template"]) && live.pointer("/spec/suspend").and_then(Value::as_bool) == Some(true)
        }
        _ => false,
    }
}

fn starts_with(path: &FieldPath, fields: &[&str]) -> bool {
    let names = path.steps().iter().map(|step| match step {
        Step::Field(name) | Step::Key(name) => name.as_str(),
        Step::Index(_) | Step::Item { .. } => "",
    });
    path.steps().len() >= fields.len() && names.zip(fields).all(|(name, field)| name == *field)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::compare::Step;

    fn is_immutable(kind: (&str, &str), live: &Value, field: &[&str], old: Value, new: Option<Value>) -> bool {
        let path = field.iter().fold(FieldPath::default(), |path, name| path.join(Step::Field((*name).to_owned())));
        let changes = [FieldChange { path, old: Some(old).filter(|old| !old.is_null()), new }];
        !immutable_changes(&GroupKind::new(kind.0, kind.1), live, &changes).is_empty()
    }

    #[test]
    fn a_claim_may_get_its_class_later_but_not_another_one() {
        let field = ["spec", "storageClassName"];
        let kind = ("", "PersistentVolumeClaim");
        assert!(!is_immutable(kind, &json!({}), &field, Value::Null, Some(json!("fast"))));
        assert!(is_immutable(kind, &json!({}), &field, json!("slow"), Some(json!("fast"))));
    }

    #[test]
    fn the_class_of_a_balancer_goes_with_the_type() {
        let balancer = json!({"spec": {"type": "LoadBalancer"}});
        let field = ["spec", "loadBalancerClass"];
        assert!(is_immutable(("", "Service"), &balancer, &field, json!("a"), Some(json!("b"))));
        assert!(!is_immutable(("", "Service"), &balancer, &field, json!("a"), None));
        assert!(!is_immutable(("", "Service"), &json!({"spec": {}}), &field, Value::Null, Some(json!("a"))));
    }

    #[test]
    fn a_job_can_change_before_it_starts() {
        let field = ["spec", "template", "spec", "nodeSelector"];
        let changed = |suspend: bool| {
            let live = json!({"spec": {"suspend": suspend}});
            is_immutable(("batch", "Job"), &live, &field, json!({"a": "b"}), Some(json!({"a": "c"})))
        };
        assert_eq!((changed(true), changed(false)), (false, true));
    }
}
