//! A strategic merge patch, applied.
//!
//! Rules: `mergeMap`, `applyRetainKeysDirective`, `removeDirectives` in apimachinery's `strategicpatch/patch.go`. The
//! same code merges two patches into one (on the client) and a patch into an object (on the server).

use serde_json::{Map, Value};

use super::apply_lists::{delete_scalars, merge_list};
use super::apply_order::apply_orders;
use super::diff::{DELETE_FROM_LIST, DIRECTIVE, ELEMENT_ORDER, RETAIN_KEYS};
use super::error::{MergeError, Problem};
use super::lookup::Node;
use super::order::same_type;
use crate::compare::Step;

/// What a patch is merged into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Another patch: directives and nulls are kept.
    Client,
    /// An object: directives are carried out, nulls remove.
    Server,
}

/// `original` with `patch` merged into it.
pub(super) fn merge_map(
    mut original: Map<String, Value>,
    mut patch: Map<String, Value>,
    node: Node,
    side: Side,
) -> Result<Map<String, Value>, MergeError> {
    match patch.get(DIRECTIVE) {
        None => {}
        Some(directive) if directive == "replace" => {
            patch.remove(DIRECTIVE);
            return Ok(patch);
        }
        Some(directive) if directive == "delete" => return Ok(Map::new()),
        Some(directive) => return Err(Problem::UnknownDirective(directive.to_string()).into()),
    }
    retain_keys(&mut original, &mut patch, side)?;
    apply_orders(&mut original, &mut patch, node, side)?;
    for (key, value) in patch {
        let name = key.clone();
        merge_field(&mut original, key, value, node, side).map_err(|error| error.below(Step::Field(name)))?;
    }
    Ok(original)
}

fn merge_field(
    original: &mut Map<String, Value>,
    key: String,
    mut value: Value,
    node: Node,
    side: Side,
) -> Result<(), MergeError> {
    if key.starts_with(DELETE_FROM_LIST) {
        if side == Side::Client {
            original.insert(key, value);
            return Ok(());
        }
        let name = key.split_once('/').map(|(_, name)| name).ok_or(Problem::NotAList)?;
        if let (Some(Value::Array(list)), Value::Array(deleted)) = (original.get_mut(name), &value) {
            *list = delete_scalars(std::mem::take(list), deleted)?;
        }
        return Ok(());
    }
    if value.is_null() {
        original.remove(&key);
        if side == Side::Server {
            return Ok(());
        }
    }
    let present = match original.remove(&key) {
        Some(present) if same_type(&present, &value) => present,
        _ => {
            if side == Side::Server {
                discard_nulls(&mut value);
            }
            original.extend(without_directives(value).map(|value| (key, value)));
            return Ok(());
        }
    };
    let field = node.field(&key);
    let merged = match (present, value) {
        (Value::Object(present), Value::Object(value)) => Some(Value::Object(if field.strategy.replace {
            value
        } else {
            merge_map(present, value, field.below(), side)?
        })),
        (Value::Array(present), Value::Array(value)) => Some(Value::Array(if field.strategy.merge {
            merge_list(present, value, field.item(), field.merge_key.unwrap_or_default(), side)?.merged
        } else {
            value
        })),
        (_, value) => without_directives(value),
    };
    original.extend(merged.map(|merged| (key, merged)));
    Ok(())
}

fn retain_keys(
    original: &mut Map<String, Value>,
    patch: &mut Map<String, Value>,
    side: Side,
) -> Result<(), MergeError> {
    let Some(kept) = patch.remove(RETAIN_KEYS) else { return Ok(()) };
    if side == Side::Client {
        return match original.get(RETAIN_KEYS) {
            Some(other) if *other != kept => Err(Problem::RetainKeysMismatch.into()),
            _ => {
                original.insert(RETAIN_KEYS.to_owned(), kept);
                Ok(())
            }
        };
    }
    let Value::Array(kept) = kept else { return Err(Problem::RetainKeysMismatch.into()) };
    let keeps = |key: &str| kept.iter().any(|name| name == key);
    let directive = |key: &str| key.starts_with(DELETE_FROM_LIST) || key.starts_with(ELEMENT_ORDER);
    if patch.iter().any(|(key, value)| !value.is_null() && !directive(key) && !keeps(key)) {
        return Err(Problem::RetainKeysMismatch.into());
    }
    original.retain(|key, _| keeps(key));
    Ok(())
}

/// Drops every member that is null, at any depth; entries of lists stay.
fn discard_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(discard_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(discard_nulls),
        _ => {}
    }
}

/// Drops every object that holds a `$patch` directive, at any depth; `None` if this is one.
pub(super) fn without_directives(value: Value) -> Option<Value> {
    match value {
        Value::Object(map) if map.contains_key(DIRECTIVE) => None,
        Value::Object(map) => Some(Value::Object(
            map.into_iter().filter_map(|(key, value)| Some((key, without_directives(value)?))).collect(),
        )),
        Value::Array(items) => Some(Value::Array(items.into_iter().filter_map(without_directives).collect())),
        other => Some(other),
    }
}
