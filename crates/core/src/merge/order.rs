//! The order of merged lists: what the patch lists comes in its order, what only the live list has keeps its place.
//!
//! Rules: `normalizeElementOrder`, `mergeSortedSlice`, `sortMergeListsByNameArray`, `sliceElementType` and
//! `deduplicateScalars` in apimachinery's `strategicpatch/patch.go`.

use serde_json::{Map, Value};

use super::diff::DIRECTIVE;
use super::error::{MergeError, Problem};
use crate::json_go::float_text;

/// What the entries of a merged list are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Object,
    Scalar,
}

/// The common type of all entries of all lists. It is an error if there are none.
pub(super) fn element_type(lists: &[&[Value]]) -> Result<Element, MergeError> {
    let mut entries = lists.iter().copied().flatten();
    let first = entries.next().ok_or(Problem::MixedList)?;
    if first.is_array() {
        return Err(Problem::ListOfLists.into());
    }
    if first.is_null() || !entries.all(|entry| same_type(first, entry)) {
        return Err(Problem::MixedList.into());
    }
    Ok(if first.is_object() { Element::Object } else { Element::Scalar })
}

/// Whether Go reads both as the same type; integers and floats are different ones.
pub(super) fn same_type(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.is_i64() == right.is_i64(),
        _ => std::mem::discriminant(left) == std::mem::discriminant(right),
    }
}

/// A scalar as `fmt.Sprintf("%v")` writes it, by which kubectl sorts and matches.
pub(super) fn go_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "<nil>".to_owned(),
        Value::Number(number) if !number.is_i64() => {
            number.as_f64().map_or_else(|| number.to_string(), |float| float_text(float, -4, 21))
        }
        other => other.to_string(),
    }
}

/// The text of an entry's merge key, for paths.
pub(super) fn key_text(entry: &Map<String, Value>, merge_key: &str) -> String {
    entry.get(merge_key).map(go_text).unwrap_or_default()
}

/// An entry's merge key; an error if it has none.
pub(super) fn key_value<'a>(entry: &'a Value, merge_key: &str) -> Result<&'a Value, MergeError> {
    let Value::Object(map) = entry else { return Err(Problem::MixedList.into()) };
    map.get(merge_key).ok_or_else(|| Problem::NoMergeKey { key: merge_key.to_owned() }.into())
}

/// The entries in the order of their keys' texts.
pub(super) fn sort_by_key<'a>(entries: &'a [Value], merge_key: &str) -> Vec<&'a Value> {
    let mut sorted: Vec<&Value> = entries.iter().collect();
    sorted.sort_by_cached_key(|entry| entry.get(merge_key).map_or_else(|| "<nil>".to_owned(), go_text));
    sorted
}

/// Sorts scalars by their texts.
pub(super) fn sort_scalars(scalars: &mut [Value]) {
    scalars.sort_by_cached_key(go_text);
}

/// Drops what is there twice. A dropped entry's place is taken by the last one, as in kubectl.
pub(super) fn deduplicate(scalars: &mut Vec<Value>) {
    let mut first = 0;
    while first < scalars.len() {
        let mut second = first + 1;
        while second < scalars.len() {
            if scalars[first] == scalars[second] {
                scalars.swap_remove(second);
            } else {
                second += 1;
            }
        }
        first += 1;
    }
}

/// Whether both lists have the same merge keys in the same order.
pub(super) fn same_keys(left: &[Value], right: &[Value], merge_key: &str) -> Result<bool, MergeError> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (left, right) in left.iter().zip(right) {
        if key_value(left, merge_key)? != key_value(right, merge_key)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The place of an entry in a list: by merge key for objects, by value for scalars.
fn index(list: &[Value], entry: &Value, merge_key: &str, element: Element) -> Option<usize> {
    match element {
        Element::Object => list.iter().position(|other| other.get(merge_key) == entry.get(merge_key)),
        Element::Scalar => list.iter().position(|other| other == entry),
    }
}

/// `normalizeSliceOrder`: the entries in the order of `order`; entries to be deleted come last.
pub(super) fn sort_to(
    entries: Vec<Value>,
    order: &[Value],
    merge_key: &str,
    element: Element,
) -> Result<Vec<Value>, MergeError> {
    let (mut kept, deleted): (Vec<Value>, Vec<Value>) = match element {
        Element::Scalar => (entries, Vec::new()),
        Element::Object => {
            for entry in entries.iter().chain(order) {
                key_value(entry, merge_key)?;
            }
            entries.into_iter().partition(|entry| entry.get(DIRECTIVE).is_none_or(|directive| directive != "delete"))
        }
    };
    kept.sort_by_cached_key(|entry| index(order, entry, merge_key, element).unwrap_or(usize::MAX));
    kept.extend(deleted);
    Ok(kept)
}

/// `normalizeElementOrder`: the entries that the patch knows in its order, and among them those that only the server
/// has, each before the first entry that follows it in the server's list.
pub(super) fn interleave(
    patch: Vec<Value>,
    server_only: Vec<Value>,
    patch_order: &[Value],
    server_order: &[Value],
    merge_key: &str,
    element: Element,
) -> Result<Vec<Value>, MergeError> {
    let patch = sort_to(patch, patch_order, merge_key, element)?;
    let server_only = sort_to(server_only, server_order, merge_key, element)?;
    let mut merged = Vec::with_capacity(patch.len() + server_only.len());
    let (mut left, mut right) = (server_only.into_iter().peekable(), patch.into_iter().peekable());
    while let (Some(server), Some(wanted)) = (left.peek(), right.peek()) {
        let server_first =
            match (index(server_order, server, merge_key, element), index(server_order, wanted, merge_key, element)) {
                (Some(server), Some(wanted)) => server < wanted,
                _ => false,
            };
        merged.extend(if server_first { left.next() } else { right.next() });
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}

/// Splits entries into those that `known` has, and the others.
pub(super) fn partition(
    entries: Vec<Value>,
    known: &[Value],
    merge_key: &str,
) -> Result<(Vec<Value>, Vec<Value>), MergeError> {
    if merge_key.is_empty() {
        return Ok(entries.into_iter().partition(|entry| known.contains(entry)));
    }
    for entry in &entries {
        key_value(entry, merge_key)?;
    }
    Ok(entries.into_iter().partition(|entry| index(known, entry, merge_key, Element::Object).is_some()))
}
