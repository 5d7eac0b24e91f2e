//! The difference between two lists that are merged entry by entry.
//!
//! Rules: `diffLists`, `diffListsOfMaps` and `diffListsOfScalars` in apimachinery's `strategicpatch/patch.go`.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::diff::{DIRECTIVE, Half, diff_maps};
use super::error::MergeError;
use super::lookup::Node;
use super::order::{
    Element, deduplicate, element_type, go_text, key_text, key_value, same_keys, sort_by_key, sort_scalars, sort_to,
};
use crate::compare::Step;

/// What a patch says about one list.
#[derive(Debug, Default)]
pub(super) struct ListDiff {
    /// The entries to add, change or (objects only) delete.
    pub patch: Vec<Value>,
    /// The scalars to delete.
    pub delete: Vec<Value>,
    /// The order of all entries, as objects with only their merge key, or as the scalars themselves.
    pub order: Vec<Value>,
}

/// One half of the patch from one merged list to another.
pub(super) fn diff_lists(
    original: &[Value],
    modified: &[Value],
    item: Node,
    merge_key: &str,
    half: Half,
    retain_keys: bool,
) -> Result<ListDiff, MergeError> {
    if original.is_empty() {
        let patch = if half == Half::Additions { modified.to_vec() } else { Vec::new() };
        return Ok(ListDiff { patch, ..ListDiff::default() });
    }
    match element_type(&[original, modified])? {
        Element::Object => objects(original, modified, item, merge_key, half, retain_keys),
        Element::Scalar => scalars(original, modified, half),
    }
}

fn objects(
    original: &[Value],
    modified: &[Value],
    item: Node,
    merge_key: &str,
    half: Half,
    retain_keys: bool,
) -> Result<ListDiff, MergeError> {
    let (mut patch, deletions) = diff_entries(original, modified, item, merge_key, half, retain_keys)?;
    patch = sort_to(patch, modified, merge_key, Element::Object)?;
    let order_same = same_keys(original, modified, merge_key)?;
    patch.extend(deletions);
    let mut diff = ListDiff { patch, ..ListDiff::default() };
    if !diff.patch.is_empty() || (half == Half::Additions && !order_same) {
        diff.order = modified.iter().map(|entry| only_key(entry, merge_key)).collect();
    }
    Ok(diff)
}

fn only_key(entry: &Value, merge_key: &str) -> Value {
    let key = entry.get(merge_key).cloned().unwrap_or(Value::Null);
    Value::Object(Map::from_iter([(merge_key.to_owned(), key)]))
}

/// Walks both lists in the order of their keys' texts.
fn diff_entries(
    original: &[Value],
    modified: &[Value],
    item: Node,
    merge_key: &str,
    half: Half,
    retain_keys: bool,
) -> Result<(Vec<Value>, Vec<Value>), MergeError> {
    let (original, modified) = (sort_by_key(original, merge_key), sort_by_key(modified, merge_key));
    let (mut patch, mut deletions) = (Vec::new(), Vec::new());
    let (mut left, mut right) = (original.iter().peekable(), modified.iter().peekable());
    loop {
        let present = left.peek().map(|entry| key_value(entry, merge_key)).transpose()?;
        let wanted = right.peek().map(|entry| key_value(entry, merge_key)).transpose()?;
        let order = match (present, wanted) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(present), Some(wanted)) => go_text(present).cmp(&go_text(wanted)),
        };
        match order {
            Ordering::Equal => {
                if let (Some(Value::Object(present)), Some(Value::Object(wanted))) = (left.next(), right.next()) {
                    let step = || Step::Item { key: merge_key.to_owned(), value: key_text(wanted, merge_key) };
                    let mut change =
                        diff_maps(present, wanted, item, half, retain_keys).map_err(|error| error.below(step()))?;
                    if !change.is_empty() {
                        change.insert(merge_key.to_owned(), wanted.get(merge_key).cloned().unwrap_or_default());
                        patch.push(Value::Object(change));
                    }
                }
            }
            Ordering::Greater => {
                let added = right.next().filter(|_| half == Half::Additions);
                patch.extend(added.map(|entry| (*entry).clone()));
            }
            Ordering::Less => {
                left.next();
                if let (Half::Deletions, Some(key)) = (half, present) {
                    deletions.push(Value::Object(Map::from_iter([
                        (merge_key.to_owned(), key.clone()),
                        (DIRECTIVE.to_owned(), Value::from("delete")),
                    ])));
                }
            }
        }
    }
    Ok((patch, deletions))
}

fn scalars(original: &[Value], modified: &[Value], half: Half) -> Result<ListDiff, MergeError> {
    let mut present = original.to_vec();
    let mut wanted = modified.to_vec();
    sort_scalars(&mut present);
    sort_scalars(&mut wanted);
    let mut diff = ListDiff::default();
    let (mut left, mut right) = (present.iter().peekable(), wanted.iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(present), Some(wanted)) => go_text(present).cmp(&go_text(wanted)),
        };
        let removed = if order.is_le() { left.next() } else { None };
        let added = if order.is_ge() { right.next() } else { None };
        match order {
            Ordering::Less if half == Half::Deletions => diff.delete.extend(removed.cloned()),
            Ordering::Greater if half == Half::Additions => diff.patch.extend(added.cloned()),
            _ => {}
        }
    }
    deduplicate(&mut diff.delete);
    diff.patch = sort_to(diff.patch, modified, "", Element::Scalar)?;
    // kubectl has sorted the first list in place by now, so a list that is not sorted always gets an order.
    if (half == Half::Deletions && !diff.delete.is_empty()) || (half == Half::Additions && present != modified) {
        diff.order = modified.to_vec();
    }
    Ok(diff)
}
