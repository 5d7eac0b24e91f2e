//! What counts of a live object: everything but what the API server makes anew for each.

use serde_json::{Value, json};

/// Managers whose entries do not count where controllers run: they write when they come to it.
const CONTROLLERS: [&str; 2] = ["kube-controller-manager", "kube-scheduler"];

/// Kinds of which the server counts a new generation whenever a write spells nothing otherwise (`[]` for a missing list; it
/// compares with Go's `reflect.DeepEqual`). kubectl does so on every run, Landfall never.
const RESTLESS: [&str; 3] = ["MutatingWebhookConfiguration", "NetworkPolicy", "ValidatingWebhookConfiguration"];

/// The object without UID, resource version and times; addresses and ports that the API server allocated are replaced
/// by a word. Managed fields stay, sorted: their own order depends on the times.
///
/// Where controllers run, `status` and their entries in the managed fields are left out.
pub fn normal(mut object: Value, controllers: bool) -> Value {
    let applied = object
        .pointer("/metadata/annotations")
        .and_then(|annotations| annotations.get("kubectl.kubernetes.io/last-applied-configuration"))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    // A Job's pods are told apart by its UID.
    if let Some(uid) = object["metadata"]["uid"].as_str().map(str::to_owned) {
        replace(&mut object, &uid, "(its UID)");
    }
    let restless = object["kind"].as_str().is_some_and(|kind| RESTLESS.contains(&kind));
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in ["uid", "resourceVersion", "creationTimestamp"] {
            metadata.remove(field);
        }
        if restless {
            metadata.remove("generation");
        }
        if metadata.contains_key("deletionTimestamp") {
            metadata.insert("deletionTimestamp".to_owned(), json!("(some time)"));
        }
        if let Some(Value::Array(entries)) = metadata.get_mut("managedFields") {
            entries.retain(|entry| !controllers || !is_by_controller(entry));
            for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
                entry.remove("time");
            }
            let text = |entry: &Value, field: &str| entry[field].as_str().unwrap_or_default().to_owned();
            entries.sort_by_key(|entry| {
                ["manager", "operation", "apiVersion", "subresource"].map(|field| text(entry, field))
            });
        }
    }
    if controllers && let Some(object) = object.as_object_mut() {
        object.remove("status");
    }
    if let Some(status) = object.get_mut("status") {
        forget_times(status);
    }
    if object["kind"] == "Service" {
        forget_allocated(&mut object["spec"], &applied);
    }
    object
}

pub fn is_by_controller(entry: &Value) -> bool {
    entry["manager"].as_str().is_some_and(|manager| CONTROLLERS.contains(&manager))
}

fn replace(value: &mut Value, text: &str, by: &str) {
    match value {
        Value::String(found) if found == text => *found = by.to_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, text, by)),
        Value::Object(map) => map.values_mut().for_each(|item| replace(item, text, by)),
        _ => {}
    }
}

fn forget_times(value: &mut Value) {
    match value {
        Value::String(text) if is_time(text) => *text = "(some time)".to_owned(),
        Value::Array(items) => items.iter_mut().for_each(forget_times),
        Value::Object(map) => map.values_mut().for_each(forget_times),
        _ => {}
    }
}

fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 20 && bytes[4] == b'-' && bytes[10] == b'T' && bytes[13] == b':' && text.ends_with('Z')
}

/// Replaces addresses and ports of a Service that its manifest does not name.
fn forget_allocated(spec: &mut Value, applied: &str) {
    let forget = |value: &mut Value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if text != "None" && text != "0" && !applied.contains(&text) {
            *value = json!("(allocated)");
        }
    };
    for field in ["clusterIP", "healthCheckNodePort"] {
        spec.get_mut(field).into_iter().for_each(forget);
    }
    spec.get_mut("clusterIPs").and_then(Value::as_array_mut).into_iter().flatten().for_each(forget);
    for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        port.get_mut("nodePort").into_iter().for_each(forget);
    }
}
