//! A workload's selector must match its own pods.

use serde_json::Value;

use super::check::Findings;

/// Looks at `spec.selector` and the labels of the template.
pub fn check(object: &Value, found: &mut Findings) {
    let selector = &object["spec"]["selector"];
    let labels = &object["spec"]["template"]["metadata"]["labels"];
    let label = |key: &str| labels[key].as_str();
    let pairs = selector["matchLabels"].as_object().into_iter().flatten();
    let requirements = selector["matchExpressions"].as_array().map(Vec::as_slice).unwrap_or_default();
    if selector["matchLabels"].as_object().is_none_or(serde_json::Map::is_empty) && requirements.is_empty() {
        found.fault("spec.selector", "must select the pods of the template, by `matchLabels`");
        return;
    }
    for (key, value) in pairs {
        if label(key) != value.as_str() {
            let message = "is no label of the pods: write it in `spec.template.metadata.labels`, too";
            found.fault(format!("spec.selector.matchLabels[{key}]"), message);
        }
    }
    for (index, requirement) in requirements.iter().enumerate() {
        let value = label(requirement["key"].as_str().unwrap_or_default());
        let is_listed = requirement["values"].as_array().into_iter().flatten().any(|one| one.as_str() == value);
        let holds = match requirement["operator"].as_str() {
            Some("In") => value.is_some() && is_listed,
            Some("NotIn") => value.is_none() || !is_listed,
            Some("Exists") => value.is_some(),
            Some("DoesNotExist") => value.is_none(),
            _ => false,
        };
        if !holds {
            found.fault(
                format!("spec.selector.matchExpressions[{index}]"),
                "does not hold for the labels of the template",
            );
        }
    }
}
