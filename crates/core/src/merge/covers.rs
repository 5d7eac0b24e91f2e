//! The quick answer for the usual case: the live object has all that the manifest says.

use serde_json::{Map, Value};

use super::diff::DIRECTIVE;
use super::lookup::{Lookup, Node};
use crate::schema::Kind;

/// Whether `current` certainly has everything of `modified`, in the same order, so that [`super::three_way`] from a
/// last-applied configuration that is `modified` without its annotation changes nothing. `false` says nothing: it may be
/// unchanged by meaning.
///
/// Since `modified` holds the annotation, a `current` that has all of it was last applied from the same manifest: there
/// is nothing to remove either.
pub fn covers(kind: Option<&Kind>, modified: &Value, current: &Value) -> bool {
    let (Value::Object(modified), Value::Object(current)) = (modified, current) else { return false };
    let node = kind.filter(|kind| kind.strategic()).map_or(Node::Unknown, |kind| Node::root(kind.root()));
    map(node, modified, current)
}

fn map(node: Node, wanted: &Map<String, Value>, present: &Map<String, Value>) -> bool {
    wanted.iter().all(|(key, wanted)| {
        let Some(present) = present.get(key) else { return false };
        // Directives such as `$patch`, and any key that could be taken for one, need the whole rules.
        !key.starts_with(DIRECTIVE.get(..1).unwrap_or_default()) && value(node.field(key), wanted, present)
    })
}

fn value(field: Lookup, wanted: &Value, present: &Value) -> bool {
    match (wanted, present) {
        (Value::Object(wanted), Value::Object(present)) => {
            !field.strategy.replace && retained(field, wanted, present) && map(field.below(), wanted, present)
        }
        (Value::Array(wanted), Value::Array(present)) if field.strategy.merge => merged_list(field, wanted, present),
        (Value::Array(wanted), Value::Array(present)) => {
            wanted.len() == present.len() && wanted.iter().zip(present).all(|(wanted, present)| same(wanted, present))
        }
        _ => same(wanted, present),
    }
}

/// With the strategy `retainKeys` a field that only the live object has is removed.
fn retained(field: Lookup, wanted: &Map<String, Value>, present: &Map<String, Value>) -> bool {
    !field.strategy.retain_keys || present.len() == wanted.len()
}

/// Entries with the same keys in the same order, each key once.
fn merged_list(field: Lookup, wanted: &[Value], present: &[Value]) -> bool {
    let merge_key = field.merge_key.unwrap_or_default();
    let key = |entry: &Value| entry.get(merge_key).filter(|key| key.is_string() || key.is_i64()).cloned();
    let is_unique =
        |index: usize, key: &Value| wanted.iter().take(index).all(|other| other.get(merge_key) != Some(key));
    wanted.len() == present.len()
        && wanted.iter().zip(present).enumerate().all(|(index, pair)| match pair {
            (Value::String(wanted), Value::String(present)) => wanted == present,
            (Value::Object(entry), Value::Object(live)) => {
                let (known, of_live) = (key(pair.0), key(pair.1));
                known.is_some_and(|known| Some(&known) == of_live.as_ref() && is_unique(index, &known))
                    && retained(field, entry, live)
                    && map(field.item(), entry, live)
            }
            _ => false,
        })
}

/// The same without any doubt: no nulls, which remove, and no floats, which have several spellings.
fn same(wanted: &Value, present: &Value) -> bool {
    match (wanted, present) {
        (Value::Null, _) => false,
        (Value::Number(wanted), Value::Number(present)) => wanted.is_i64() && wanted == present,
        (Value::Array(wanted), Value::Array(present)) => {
            wanted.len() == present.len() && wanted.iter().zip(present).all(|(wanted, present)| same(wanted, present))
        }
        (Value::Object(wanted), Value::Object(present)) => {
            wanted.len() == present.len()
                && wanted.iter().all(|(key, wanted)| present.get(key).is_some_and(|present| same(wanted, present)))
        }
        _ => wanted == present,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::object::Gvk;
    use crate::schema::builtin;

    fn covered(kind: &str, modified: &Value, current: &Value) -> bool {
        covers(builtin().lookup(&Gvk::new("apps/v1", kind)).as_ref(), modified, current)
    }

    fn deployment(strategy: &Value, containers: &Value) -> Value {
        json!({"spec": {"strategy": strategy, "template": {"spec": {"containers": containers}}}})
    }

    #[test]
    fn defaults_of_the_server_are_no_change() {
        let modified =
            deployment(&json!({"type": "Recreate"}), &json!([{"name": "a", "ports": [{"containerPort": 80}]}]));
        let current = deployment(
            &json!({"type": "Recreate"}),
            &json!([{"name": "a", "imagePullPolicy": "Always", "ports": [{"containerPort": 80, "protocol": "TCP"}]}]),
        );
        assert!(covered("Deployment", &modified, &current));
        assert!(!covered("Deployment", &current, &modified));
        assert!(!covered("Unknown", &modified, &current), "lists of custom kinds are not merged");
    }

    #[test]
    fn says_no_where_more_than_a_look_is_needed() {
        let one = json!([{"name": "a"}]);
        let recreate = json!({"type": "Recreate"});
        let base = deployment(&recreate, &one);
        for current in [
            deployment(&json!({"type": "Recreate", "rollingUpdate": {}}), &one),
            deployment(&recreate, &json!([{"name": "b"}])),
            deployment(&recreate, &json!([{"name": "a"}, {"name": "b"}])),
            deployment(&json!({"type": "RollingUpdate"}), &one),
        ] {
            assert!(!covered("Deployment", &base, &current), "{current}");
        }
        for unsure in [json!({"a": null}), json!({"a": 1.0}), json!({"$patch": "delete"})] {
            assert!(!covered("Deployment", &unsure, &unsure), "{unsure}");
        }
        let twice = deployment(&recreate, &json!([{"name": "a"}, {"name": "a"}]));
        assert!(!covered("Deployment", &twice, &twice));
    }
}
