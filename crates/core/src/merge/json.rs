//! JSON merge patches (RFC 7386), as kubectl computes and the API server applies them for custom kinds.
//!
//! Rules: `CreateThreeWayJSONMergePatch` in apimachinery's `jsonmergepatch`, and `CreateMergePatch` and `MergePatch` of
//! `evanphx/json-patch` v4, which both use.

use serde_json::{Map, Number, Value};

use super::error::{MergeError, Problem};
use crate::json_go::whole;

/// The additions from `current` to `modified`, and the removals from `original` to `modified`.
///
/// # Errors
///
/// [`Problem::IdentityChanged`], kubectl's precondition.
pub(super) fn three_way(
    original: &Map<String, Value>,
    modified: &Map<String, Value>,
    current: &Map<String, Value>,
) -> Result<Map<String, Value>, MergeError> {
    let (original, modified, current) = (as_floats(original), as_floats(modified), as_floats(current));
    let additions = keep_values(diff(&current, &modified));
    let deletions = keep_nulls(diff(&original, &modified));
    let patch = merge(deletions, additions);
    let renamed = patch.get("metadata").is_some_and(|metadata| metadata.get("name").is_some());
    if renamed || patch.contains_key("apiVersion") || patch.contains_key("kind") {
        return Err(Problem::IdentityChanged.into());
    }
    Ok(patch)
}

/// json-patch reads every number as a float, so that large integers lose digits; then Kubernetes reads what it wrote.
fn as_floats(map: &Map<String, Value>) -> Map<String, Value> {
    fn convert(value: &Value) -> Value {
        match value {
            Value::Number(number) => {
                let float = number.as_f64().unwrap_or_default();
                whole(float).map(Value::from).or_else(|| Number::from_f64(float).map(Value::Number)).unwrap_or_default()
            }
            Value::Array(items) => items.iter().map(convert).collect(),
            Value::Object(map) => Value::Object(as_floats(map)),
            other => other.clone(),
        }
    }
    map.iter().map(|(key, value)| (key.clone(), convert(value))).collect()
}

/// The two-way merge patch.
fn diff(from: &Map<String, Value>, to: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, wanted) in to {
        match (from.get(key), wanted) {
            (Some(Value::Object(present)), Value::Object(wanted)) => {
                let below = diff(present, wanted);
                if !below.is_empty() {
                    patch.insert(key.clone(), Value::Object(below));
                }
            }
            (Some(present), wanted) if present == wanted => {}
            _ => {
                patch.insert(key.clone(), wanted.clone());
            }
        }
    }
    for key in from.keys().filter(|key| !to.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    patch
}

/// Only the removals: the nulls and the maps that hold some.
fn keep_nulls(map: Map<String, Value>) -> Map<String, Value> {
    map.into_iter()
        .filter_map(|(key, value)| match value {
            Value::Null => Some((key, Value::Null)),
            Value::Object(below) => {
                let below = keep_nulls(below);
                (!below.is_empty()).then_some((key, Value::Object(below)))
            }
            _ => None,
        })
        .collect()
}

/// Everything but the removals. An empty map is a value; one that held only removals is not.
fn keep_values(map: Map<String, Value>) -> Map<String, Value> {
    map.into_iter()
        .filter_map(|(key, value)| match value {
            Value::Null => None,
            Value::Object(below) if !below.is_empty() => {
                let below = keep_values(below);
                (!below.is_empty()).then_some((key, Value::Object(below)))
            }
            other => Some((key, other)),
        })
        .collect()
}

/// A JSON merge patch, applied.
pub(super) fn merge(mut document: Map<String, Value>, patch: Map<String, Value>) -> Map<String, Value> {
    for (key, value) in patch {
        let merged = match (document.remove(&key), value) {
            (_, Value::Null) => continue,
            (Some(Value::Object(present)), Value::Object(value)) => Value::Object(merge(present, value)),
            // Beside a map, json-patch leaves the nulls inside a list alone.
            (Some(Value::Object(_)), value) => value,
            (_, value) => without_nulls(value),
        };
        document.insert(key, merged);
    }
    document
}

/// Drops null members at any depth; null entries of lists stay.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key, without_nulls(value)))
                .collect(),
        ),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
