//! Objects of the built-in kinds, each with changes to try: merge patches of one field or of some that go together.

mod cluster;
mod configuration;
mod storage;
mod workloads;

use serde_json::Value;

/// An object without a name, and the changes to try on it.
pub struct Subject {
    pub manifest: Value,
    pub changes: Vec<Value>,
}

/// All of them.
pub fn subjects() -> Vec<Subject> {
    [workloads::subjects(), configuration::subjects(), storage::subjects(), cluster::subjects()]
        .into_iter()
        .flatten()
        .collect()
}

fn subject<const N: usize>(api_version: &str, kind: &str, fields: Value, changes: [Value; N]) -> Subject {
    let mut manifest = serde_json::json!({"apiVersion": api_version, "kind": kind, "metadata": {}});
    merge(&mut manifest, &fields);
    Subject { manifest, changes: changes.into() }
}

/// Applies a JSON merge patch, RFC 7396.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let target = target.as_object_mut().unwrap();
    for (key, value) in fields {
        if value.is_null() {
            target.remove(key);
        } else {
            merge(target.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}
