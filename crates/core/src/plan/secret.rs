//! Values of Secrets never leave the target and the repository: not in a plan, a diff, a log or an error.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{json_go, last_applied::ANNOTATION, object::GroupKind};

/// What stands in the place of a hidden value.
pub const HIDDEN: &str = "(hidden)";

/// Whether objects of a kind hold values that must not be shown.
pub fn holds_secret(kind: &GroupKind) -> bool {
    kind.group.is_empty() && kind.kind == "Secret"
}

/// Whether a field of a Secret may be shown: what is no value of it.
pub(super) fn is_open(field: &str) -> bool {
    field.starts_with("metadata.") || matches!(field, "type" | "immutable")
}

/// The keys of a Secret's `data` whose values are no base64, which the target tells without their names.
pub(super) fn not_base64(manifest: &Value) -> Vec<&str> {
    let is_wrong = |(_, value): &(&String, &Value)| {
        value.as_str().is_some_and(|text| STANDARD.decode(text.replace(['\r', '\n'], "")).is_err())
    };
    let data = manifest.get("data").and_then(Value::as_object);
    data.into_iter().flatten().filter(is_wrong).map(|(key, _)| key.as_str()).collect()
}

/// The field of the manifest that a field of the stored object comes from: `stringData` becomes `data`.
pub(super) fn written_field(field: &str, manifest: &Value) -> String {
    let key = field.strip_prefix("data[").and_then(|rest| rest.strip_suffix(']'));
    let is_text = |key: &&str| manifest.get("stringData").is_some_and(|text| text.get(key).is_some());
    key.filter(is_text).map_or_else(|| field.to_owned(), |key| format!("stringData[{key}]"))
}

/// The value in a form that may be shown: every text and number below it is hidden, keys stay.
pub(super) fn hide(value: &Value) -> Value {
    match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), hide(value))).collect(),
        Value::Array(items) => items.iter().map(hide).collect(),
        Value::Null => Value::Null,
        _ => json!(HIDDEN),
    }
}

/// Hides the values of an object if it is a Secret, also those in the record of what was applied. Keys stay.
pub fn hide_values(object: &mut Value) {
    let is = |field: &str, text: &str| object.get(field).is_some_and(|value| value == text);
    if !is("apiVersion", "v1") || !is("kind", "Secret") {
        return;
    }
    for (field, value) in object.as_object_mut().into_iter().flatten() {
        if !matches!(field.as_str(), "apiVersion" | "kind" | "metadata" | "type" | "immutable") {
            *value = hide(value);
        }
    }
    let annotations = object.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations"));
    if let Some(record) = annotations.and_then(|annotations| annotations.get_mut(ANNOTATION)) {
        let applied = record.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        // What is no Secret there may be anything.
        *record = match applied.filter(|applied| applied.get("kind").is_some_and(|kind| kind == "Secret")) {
            Some(mut applied) => {
                applied["apiVersion"] = json!("v1");
                hide_values(&mut applied);
                json!(json_go::encode_line(&applied))
            }
            None => json!(HIDDEN),
        };
    }
}

/// A text, such as an answer of the API server, without the values of a Secret's manifest that it may quote.
pub fn conceal(text: &str, manifest: &Value) -> String {
    let mut values = Vec::new();
    for field in ["data", "stringData"] {
        collect(manifest.get(field), &mut values);
    }
    // What is written in one form is quoted in the other: the server stores `stringData` as `data`.
    let other_forms = |value: &String| {
        let encoded = STANDARD.encode(value);
        let packed: String = value.split_whitespace().collect();
        let decoded = STANDARD.decode(packed).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        [Some(encoded), decoded.as_ref().map(|text| text.escape_debug().to_string()), decoded]
    };
    values.extend(values.clone().iter().flat_map(other_forms).flatten());
    // Long ones first: a short value may be a part of a long one.
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values.iter().filter(|value| !value.is_empty()).fold(text.to_owned(), |text, value| text.replace(value, HIDDEN))
}

fn collect(value: Option<&Value>, texts: &mut Vec<String>) {
    match value {
        Some(Value::String(text)) => {
            texts.push(text.clone());
            texts.push(text.escape_debug().to_string());
        }
        Some(Value::Number(number)) => texts.push(number.to_string()),
        Some(Value::Object(map)) => map.values().for_each(|value| collect(Some(value), texts)),
        Some(Value::Array(items)) => items.iter().for_each(|value| collect(Some(value), texts)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_values_and_keeps_keys() {
        assert_eq!(
            hide(&json!({"data": {"password": "aHVudGVyMg=="}, "n": [1, null, true]})),
            json!({"data": {"password": "(hidden)"}, "n": ["(hidden)", null, "(hidden)"]})
        );
    }

    #[test]
    fn hides_values_of_live_secrets_and_in_their_records() {
        let hidden = |mut object: Value| {
            hide_values(&mut object);
            object
        };
        let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}});
        assert_eq!(hidden(config.clone()), config);
        let secret = |value: &str, record: &str| {
            json!({
                "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "immutable": true,
                "metadata": {"name": "a", "annotations": {ANNOTATION: record, "note": "b"}},
                "data": {"password": value},
            })
        };
        let record = |value: &str| {
            format!("{{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"stringData\":{{\"password\":\"{value}\"}}}}\n")
        };
        assert_eq!(hidden(secret("aHVudGVyMg==", &record("hunter2"))), secret(HIDDEN, &record(HIDDEN)));
        for broken in ["hunter2", "{\"stringData\":{\"password\":\"hunter2\"}}"] {
            assert_eq!(hidden(secret("aHVudGVyMg==", broken)), secret(HIDDEN, HIDDEN));
        }
    }

    #[test]
    fn conceals_values_in_answers() {
        let manifest = json!({"data": {"a": "not base64!"}, "stringData": {"b": "not", "c": 4711, "d": "x\"y"}});
        assert_eq!(
            conceal(r#"illegal data "not base64!" at 4711, or "x\"y""#, &manifest),
            r#"illegal data "(hidden)" at (hidden), or "(hidden)""#
        );
        let manifest = json!({"data": {"a": "aHVudGVyMg=="}, "stringData": {"b": "letmein"}});
        assert_eq!(
            conceal("hunter2 aHVudGVyMg== letmein bGV0bWVpbg==", &manifest),
            "(hidden) (hidden) (hidden) (hidden)"
        );
    }
}
