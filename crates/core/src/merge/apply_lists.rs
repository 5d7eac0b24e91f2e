//! A patch of a merged list, applied.
//!
//! Rules: `mergeSlice`, `mergeSliceWithSpecialElements`, `mergeSliceWithoutSpecialElements` in apimachinery's
//! `strategicpatch/patch.go`.

use serde_json::Value;

use super::apply::{Side, merge_map};
use super::diff::DIRECTIVE;
use super::error::{MergeError, Problem};
use super::lookup::Node;
use super::order::{Element, deduplicate, element_type, interleave, key_text, key_value, partition};
use crate::compare::Step;

/// A merged list, and what the server's list has become meanwhile.
#[derive(Debug, Default)]
pub(super) struct MergedList {
    pub merged: Vec<Value>,
    /// The list against which `$setElementOrder` sorts. Go's slices share memory: after `n` entries were deleted, the
    /// first `n` new ones have taken their room at the end of what the caller still sees as the old list. This decides
    /// where entries that only the server has end up, so it is reproduced.
    pub server_order: Vec<Value>,
}

/// `original` with the entries of `patch` merged into it by `merge_key`; scalars are united.
pub(super) fn merge_list(
    original: Vec<Value>,
    patch: Vec<Value>,
    item: Node,
    merge_key: &str,
    side: Side,
) -> Result<MergedList, MergeError> {
    if original.is_empty() && patch.is_empty() {
        return Ok(MergedList::default());
    }
    if element_type(&[&original, &patch])? == Element::Scalar {
        let mut merged = original.clone();
        merged.extend(patch.iter().cloned());
        deduplicate(&mut merged);
        let (wanted, server_only) = partition(merged, &patch, merge_key)?;
        let merged = interleave(wanted, server_only, &patch, &original, merge_key, Element::Scalar)?;
        return Ok(MergedList { merged, server_order: original });
    }
    if merge_key.is_empty() {
        return Err(Problem::UnknownMergeKey.into());
    }
    let length = original.len();
    let (kept, patch, replaced) = special_entries(original, patch, merge_key)?;
    let deleted = if replaced { 0 } else { length - kept.len() };
    let (merged, added) = merge_entries(kept.clone(), &patch, item, merge_key, side)?;
    let mut server_order = kept.clone();
    server_order.extend(added.into_iter().take(deleted));
    let (wanted, server_only) = partition(merged, &patch, merge_key)?;
    let merged = interleave(wanted, server_only, &patch, &kept, merge_key, Element::Object)?;
    Ok(MergedList { merged, server_order })
}

/// Carries out the entries with a directive: `$patch: delete` removes all entries with its key, `$patch: replace`
/// replaces the list by the patch's entries without directives. Returns the list, the patch that is left, and whether
/// the list was replaced.
fn special_entries(
    mut original: Vec<Value>,
    patch: Vec<Value>,
    merge_key: &str,
) -> Result<(Vec<Value>, Vec<Value>, bool), MergeError> {
    let mut plain = Vec::with_capacity(patch.len());
    let mut replace = false;
    for entry in patch {
        match entry.get(DIRECTIVE) {
            None => plain.push(entry),
            Some(directive) if directive == "delete" => {
                let key = key_value(&entry, merge_key)?;
                original.retain(|other| other.get(merge_key) != Some(key));
            }
            Some(directive) if directive == "replace" => replace = true,
            Some(directive) => return Err(Problem::UnknownDirective(directive.to_string()).into()),
        }
    }
    Ok(if replace { (plain, Vec::new(), true) } else { (original, plain, false) })
}

/// Merges every entry of the patch into the entry with its key, or appends it. Returns the list and what was appended.
fn merge_entries(
    mut original: Vec<Value>,
    patch: &[Value],
    item: Node,
    merge_key: &str,
    side: Side,
) -> Result<(Vec<Value>, Vec<Value>), MergeError> {
    let length = original.len();
    for entry in patch {
        let key = key_value(entry, merge_key)?;
        let found = original.iter_mut().find(|other| other.get(merge_key) == Some(key));
        match (found, entry) {
            (Some(Value::Object(found)), Value::Object(entry)) => {
                let step = || Step::Item { key: merge_key.to_owned(), value: key_text(entry, merge_key) };
                *found =
                    merge_map(std::mem::take(found), entry.clone(), item, side).map_err(|error| error.below(step()))?;
            }
            _ => original.push(entry.clone()),
        }
    }
    let added = original.get(length..).unwrap_or_default().to_vec();
    Ok((original, added))
}

/// `$deleteFromPrimitiveList`: the list without what is to be deleted.
pub(super) fn delete_scalars(list: Vec<Value>, deleted: &[Value]) -> Result<Vec<Value>, MergeError> {
    if list.is_empty() && deleted.is_empty() {
        return Ok(list);
    }
    element_type(&[&list, deleted])?;
    Ok(list.into_iter().filter(|entry| !deleted.contains(entry)).collect())
}
