//! Values of Secrets never leave the target and the repository: not in a plan, a diff, a log or an error.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::object::GroupKind;

/// What stands in the place of a hidden value.
pub const HIDDEN: &str = "(hidden)";

/// Whether objects of a kind hold values that must not be shown.
pub fn holds_secret(kind: &GroupKind) -> bool {
    kind.group.is_empty() && kind.kind == "Secret"
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
    fn conceals_values_in_answers() {
        let manifest = json!({"data": {"a": "not base64!"}, "stringData": {"b": "not", "c": 4711, "d": "x\"y"}});
        assert_eq!(
            conceal(r#"illegal data "not base64!" at 4711, or "x\"y""#, &manifest),
            r#"illegal data "(hidden)" at (hidden), or "(hidden)""#
        );
        let manifest = json!({"data": {"a": "aHVudGVyMg=="}, "stringData": {"b": "letmein"}});
        assert_eq!(conceal("hunter2 aHVudGVyMg== letmein bGV0bWVpbg==", &manifest), "(hidden) (hidden) (hidden) (hidden)");
    }
}
