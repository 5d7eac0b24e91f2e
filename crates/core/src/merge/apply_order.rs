//! `$setElementOrder`, applied.
//!
//! Rules: `mergePatchIntoOriginal` and `validatePatchWithSetOrderList` in apimachinery's `strategicpatch/patch.go`.

use serde_json::{Map, Value};

use super::apply::{Side, without_directives};
use super::apply_lists::{MergedList, merge_list};
use super::diff::{DIRECTIVE, ELEMENT_ORDER};
use super::error::{MergeError, Problem};
use super::lookup::{Lookup, Node};
use super::order::{element_type, interleave, key_value, partition};
use crate::compare::Step;

/// Merges every list of the patch that comes with an order, and removes both from the patch. On the client the order
/// itself moves into `original`.
pub(super) fn apply_orders(
    original: &mut Map<String, Value>,
    patch: &mut Map<String, Value>,
    node: Node,
    side: Side,
) -> Result<(), MergeError> {
    let keys: Vec<String> = patch.keys().filter(|key| key.starts_with(ELEMENT_ORDER)).cloned().collect();
    for key in keys {
        let Some(order) = patch.remove(&key) else { continue };
        if side == Side::Client {
            match original.get(&key) {
                Some(other) if *other != order => return Err(Problem::OrderMismatch.into()),
                _ => original.insert(key.clone(), order.clone()),
            };
        }
        let Value::Array(order) = order else { return Err(Problem::NotAList.into()) };
        let name = key.split_once('/').map(|(_, name)| name).ok_or(Problem::OrderMismatch)?;
        let present = original.get(name).map(list).transpose()?;
        let change = patch.get(name).map(list).transpose()?;
        let merged = apply_order(present, change, &order, node.field(name), side)
            .map_err(|error| error.below(Step::Field(name.to_owned())))?;
        if let Some(merged) = merged {
            original.insert(name.to_owned(), Value::Array(merged));
            patch.remove(name);
        }
    }
    Ok(())
}

fn list(value: &Value) -> Result<Vec<Value>, MergeError> {
    value.as_array().cloned().ok_or_else(|| Problem::NotAList.into())
}

fn apply_order(
    present: Option<Vec<Value>>,
    change: Option<Vec<Value>>,
    order: &[Value],
    field: Lookup,
    side: Side,
) -> Result<Option<Vec<Value>>, MergeError> {
    let merge_key = field.merge_key.unwrap_or_default();
    check(change.as_deref().unwrap_or_default(), order, merge_key)?;
    if present.is_none() && change.is_none() {
        return Ok(None);
    }
    let element = || element_type(&[present.as_deref().unwrap_or_default(), change.as_deref().unwrap_or_default()]);
    let list = match (present.clone(), change.clone()) {
        (Some(present), None) => MergedList { merged: present.clone(), server_order: present },
        (None, change) => MergedList {
            merged: change.unwrap_or_default().into_iter().filter_map(without_directives).collect(),
            server_order: Vec::new(),
        },
        (Some(present), Some(change)) if field.strategy.merge => {
            merge_list(present, change, field.item(), merge_key, side)?
        }
        (Some(present), Some(change)) => MergedList { merged: change, server_order: present },
    };
    let (wanted, server_only) = partition(list.merged, order, merge_key)?;
    interleave(wanted, server_only, order, &list.server_order, merge_key, element()?).map(Some)
}

/// The entries of the patch must be a part of the order, and in that order. Those with a directive do not count.
fn check(change: &[Value], order: &[Value], merge_key: &str) -> Result<(), MergeError> {
    if order.is_empty() {
        return Ok(());
    }
    let mut remaining = order.iter();
    for entry in change.iter().filter(|entry| entry.get(DIRECTIVE).is_none()) {
        loop {
            let next = remaining.next().ok_or(Problem::OrderMismatch)?;
            let equal = if merge_key.is_empty() {
                entry == next
            } else {
                key_value(entry, merge_key)? == key_value(next, merge_key)?
            };
            if equal {
                break;
            }
        }
    }
    Ok(())
}
