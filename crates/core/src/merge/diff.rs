//! The difference between two documents as a strategic merge patch.
//!
//! Rules: `CreateThreeWayMergePatch`, `diffMaps`, `handleMapDiff` and `handleSliceDiff` in apimachinery's
//! `strategicpatch/patch.go`.

use serde_json::{Map, Value};

use super::apply::{Side, merge_map};
use super::diff_lists::diff_lists;
use super::error::{MergeError, Problem};
use super::lookup::Node;
use super::order::{same_type, sort_scalars};
use crate::compare::Step;

/// The directive inside an object: `$patch: delete`, `replace` or `merge`.
pub(super) const DIRECTIVE: &str = "$patch";
/// All keys that the object keeps.
pub(super) const RETAIN_KEYS: &str = "$retainKeys";
/// Before the name of a list of scalars: what to remove from it.
pub(super) const DELETE_FROM_LIST: &str = "$deleteFromPrimitiveList";
/// Before the name of a list: the order of its entries.
pub(super) const ELEMENT_ORDER: &str = "$setElementOrder";

/// Which half of the difference is wanted. A three-way merge needs both, from different documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    /// What the second document adds or changes.
    Additions,
    /// What the second document lacks.
    Deletions,
}

/// The additions from `current` to `modified`, merged onto the deletions from `original` to `modified`.
pub(super) fn three_way(
    original: &Map<String, Value>,
    modified: &Map<String, Value>,
    current: &Map<String, Value>,
    node: Node,
) -> Result<Map<String, Value>, MergeError> {
    let additions = diff_maps(current, modified, node, Half::Additions, false)?;
    let deletions = diff_maps(original, modified, node, Half::Deletions, false)?;
    merge_map(deletions, additions, node, Side::Client)
}

/// One half of the patch from `original` to `modified`. With `retain_keys` it starts with the list of keys to keep, if
/// there is anything to do.
pub(super) fn diff_maps(
    original: &Map<String, Value>,
    modified: &Map<String, Value>,
    node: Node,
    half: Half,
    retain_keys: bool,
) -> Result<Map<String, Value>, MergeError> {
    let mut patch = Map::new();
    for (key, wanted) in modified {
        let Some(present) = original.get(key) else {
            if half == Half::Additions {
                patch.insert(key.clone(), wanted.clone());
            }
            continue;
        };
        if key == DIRECTIVE {
            if !present.is_string() || !wanted.is_string() {
                return Err(Problem::UnknownDirective(wanted.to_string()).into());
            }
            if present != wanted {
                patch.insert(key.clone(), wanted.clone());
            }
            continue;
        }
        match (present, wanted) {
            (Value::Object(present), Value::Object(wanted)) => {
                map_field(key, present, wanted, node, half, &mut patch)
                    .map_err(|error| error.below(Step::Field(key.clone())))?;
            }
            (Value::Array(present), Value::Array(wanted)) => {
                list_field(key, present, wanted, node, half, &mut patch)
                    .map_err(|error| error.below(Step::Field(key.clone())))?;
            }
            // A number that became a float is of another type, even if its value is the same.
            _ if half == Half::Additions && !(same_type(present, wanted) && present == wanted) => {
                patch.insert(key.clone(), wanted.clone());
            }
            _ => {}
        }
    }
    if half == Half::Deletions {
        for key in original.keys().filter(|key| !modified.contains_key(*key)) {
            patch.insert(key.clone(), Value::Null);
        }
    }
    if retain_keys {
        let additional = original.iter().any(|(key, value)| !value.is_null() && !modified.contains_key(key));
        let mut kept: Vec<Value> =
            modified.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| Value::from(key.as_str())).collect();
        if !kept.is_empty() && (!patch.is_empty() || additional) {
            sort_scalars(&mut kept);
            patch.insert(RETAIN_KEYS.to_owned(), Value::Array(kept));
        }
    }
    Ok(patch)
}

fn map_field(
    key: &str,
    original: &Map<String, Value>,
    modified: &Map<String, Value>,
    node: Node,
    half: Half,
    patch: &mut Map<String, Value>,
) -> Result<(), MergeError> {
    let field = node.field(key);
    if field.strategy.replace {
        // Sent even where nothing changed.
        if half == Half::Additions {
            patch.insert(key.to_owned(), Value::Object(modified.clone()));
        }
        return Ok(());
    }
    let below = diff_maps(original, modified, field.below(), half, field.strategy.retain_keys)?;
    if !below.is_empty() {
        patch.insert(key.to_owned(), Value::Object(below));
    }
    Ok(())
}

fn list_field(
    key: &str,
    original: &[Value],
    modified: &[Value],
    node: Node,
    half: Half,
    patch: &mut Map<String, Value>,
) -> Result<(), MergeError> {
    let field = node.field(key);
    if !field.strategy.merge {
        if half == Half::Additions && original != modified {
            patch.insert(key.to_owned(), Value::Array(modified.to_vec()));
        }
        return Ok(());
    }
    let merge_key = field.merge_key.unwrap_or_default();
    let diff = diff_lists(original, modified, field.item(), merge_key, half, field.strategy.retain_keys)?;
    let mut insert = |name: String, list: Vec<Value>| {
        if !list.is_empty() {
            patch.insert(name, Value::Array(list));
        }
    };
    insert(key.to_owned(), diff.patch);
    insert(format!("{DELETE_FROM_LIST}/{key}"), diff.delete);
    insert(format!("{ELEMENT_ORDER}/{key}"), diff.order);
    Ok(())
}
