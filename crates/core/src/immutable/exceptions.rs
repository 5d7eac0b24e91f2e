//! When a field that is immutable as a rule may change: it depends on the live object, or on what changes with it.

use serde_json::Value;

use super::is_below;
use crate::{compare::FieldChange, object::GroupKind};

/// Whether the server would let this field change, though a rule covers it.
pub(super) fn may_change(kind: &GroupKind, live: &Value, change: &FieldChange, all: &[&FieldChange]) -> bool {
    let case = Case { live, change, all };
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "ConfigMap" | "Secret") => !case.below(&["type"]) && !case.is_true("/immutable"),
        ("", "Service") => service(&case),
        ("", "PersistentVolumeClaim") => claim(&case),
        ("", "PersistentVolume") => volume(&case),
        ("", "Pod") => pod(&case),
        ("", "Node") => case.is_unset(),
        ("batch", "Job") => job(&case),
        ("networking.k8s.io", "ServiceCIDR") => case.keeps_first(),
        _ => false,
    }
}

/// One changed field with what it depends on.
struct Case<'a> {
    live: &'a Value,
    change: &'a FieldChange,
    all: &'a [&'a FieldChange],
}

impl Case<'_> {
    fn below(&self, fields: &[&str]) -> bool {
        is_below(&self.change.path, fields)
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.live.pointer(pointer).and_then(Value::as_str)
    }

    fn is_true(&self, pointer: &str) -> bool {
        self.live.pointer(pointer).and_then(Value::as_bool) == Some(true)
    }

    /// The live object does not have the field.
    fn is_unset(&self) -> bool {
        match &self.change.old {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => text.is_empty(),
            Some(Value::Array(items)) => items.is_empty(),
            Some(_) => false,
        }
    }

    /// What another field is going to be.
    fn wanted(&self, fields: &[&str]) -> Option<&Value> {
        let changed =
            self.all.iter().find(|change| change.path.steps().len() == fields.len() && is_below(&change.path, fields));
        match changed {
            Some(change) => change.new.as_ref(),
            None => self.live.pointer(&format!("/{}", fields.join("/"))),
        }
    }

    /// A list keeps its first entry: the others may change.
    fn keeps_first(&self) -> bool {
        let first = |list: &Option<Value>| list.as_ref().and_then(|list| list.get(0).cloned());
        self.is_unset() || first(&self.change.new).is_some_and(|new| first(&self.change.old) == Some(new))
    }
}

fn service(case: &Case<'_>) -> bool {
    let live_type = case.text("/spec/type");
    if case.below(&["spec", "clusterIP"]) || case.below(&["spec", "clusterIPs"]) {
        // The address can be set once, and goes with the type: becoming an ExternalName releases it, ceasing to be one
        // assigns it.
        case.is_unset() || live_type == Some("ExternalName")
    } else if case.below(&["spec", "loadBalancerClass"]) {
        // The class comes and goes with the type.
        live_type != Some("LoadBalancer")
            || case.wanted(&["spec", "type"]).is_none_or(|wanted| wanted != "LoadBalancer")
    } else {
        case.below(&["spec", "ipFamilies"]) && (case.keeps_first() || live_type == Some("ExternalName"))
    }
}

fn claim(case: &Case<'_>) -> bool {
    let is_bound = case.text("/status/phase") == Some("Bound");
    // A claim that was made before there was a default class may get its class later, and each gets its volume once.
    case.is_unset() && (case.below(&["spec", "storageClassName"]) || case.below(&["spec", "volumeName"]))
        || is_bound
            && (case.below(&["spec", "resources", "requests"]) || case.below(&["spec", "volumeAttributesClassName"]))
}

fn volume(case: &Case<'_>) -> bool {
    case.is_unset()
        && (case.below(&["spec", "nodeAffinity"]) || case.below(&["spec", "csi", "controllerExpandSecretRef"]))
}

fn pod(case: &Case<'_>) -> bool {
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64);
    if case.below(&["spec", "activeDeadlineSeconds"]) {
        return case.is_unset() || number(&case.change.new).is_some_and(|new| Some(new) <= number(&case.change.old));
    }
    // Tolerations can be added. Which ones the server added by itself, only it knows: it has to say.
    if case.below(&["spec", "tolerations"]) {
        return true;
    }
    // Until its gates are lifted, where a pod goes can be narrowed.
    let is_gated =
        case.live.pointer("/spec/schedulingGates").and_then(Value::as_array).is_some_and(|gates| !gates.is_empty());
    let is_direction = [["spec", "schedulingGates"], ["spec", "nodeSelector"], ["spec", "affinity"]]
        .iter()
        .any(|field| case.below(field));
    is_gated && is_direction
}

fn job(case: &Case<'_>) -> bool {
    if case.below(&["spec", "completions"]) {
        // An indexed job grows and shrinks with as many pods as indexes.
        let is_indexed = case.text("/spec/completionMode") == Some("Indexed");
        let parallelism = case.wanted(&["spec", "parallelism"]);
        return is_indexed && parallelism.is_some() && parallelism == case.change.new.as_ref();
    }
    // Where its pods go and what they may use can change until it starts.
    const UNTIL_STARTED: [&[&str]; 8] = [
        &["metadata", "annotations"],
        &["metadata", "labels"],
        &["spec", "nodeSelector"],
        &["spec", "affinity", "nodeAffinity"],
        &["spec", "tolerations"],
        &["spec", "schedulingGates"],
        &["spec", "containers", "*", "resources"],
        &["spec", "initContainers", "*", "resources"],
    ];
    let is_free = |field: &&[&str]| case.below(&[&["spec", "template"], *field].concat());
    case.is_true("/spec/suspend") && UNTIL_STARTED.iter().any(is_free)
}
