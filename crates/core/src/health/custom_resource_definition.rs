//! CustomResourceDefinitions: live when established. Source: apiextensions-apiserver pkg/controller/status and
//! /establish.

use serde_json::Value;

use super::{Health, fields::condition};

pub(super) fn of(definition: &Value) -> Health {
    // Another definition has the names; only its author or this one's can end that.
    if let Some(names) = condition(definition, "NamesAccepted").filter(|names| names.is_false()) {
        return Health::hopeless(format!("its names are taken: {}", names.words()));
    }
    let approval = condition(definition, "KubernetesAPIApprovalPolicyConformant");
    if let Some(approval) = approval.filter(|approval| approval.is_false()) {
        return Health::hopeless(format!("it is in a protected group: {}", approval.words()));
    }
    match condition(definition, "Established") {
        Some(established) if established.is_true() => Health::live("its kind is served"),
        Some(established) if !matches!(established.reason, "Installing" | "NotAccepted") => {
            Health::progressing(format!("its kind is not served: {}", established.words()))
        }
        _ => Health::progressing("its kind is not served yet"),
    }
}
