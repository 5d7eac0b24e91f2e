//! Two lists, compared entry by entry.

use std::collections::HashSet;

use serde_json::Value;

use super::path::Step;
use super::walk::{Walk, same_lists};
use crate::schema::Shape;

/// Lists of objects are compared by their merge key, if they have one that tells all entries apart, else by place.
/// Lists of single values are one value.
pub(super) fn compare(walk: &mut Walk, item: &Shape, merge_key: Option<&str>, old: &[Value], new: &[Value]) {
    if !matches!(item, Shape::Object(_)) {
        if !same_lists(Some(item), old, new) {
            walk.change(Some(&Value::from(old)), Some(&Value::from(new)));
        }
        return;
    }
    let keys = merge_key.and_then(|key| {
        let both = |with_protocol| Some((key, texts(key, old, with_protocol)?, texts(key, new, with_protocol)?));
        both(false).or_else(|| both(true))
    });
    match keys {
        Some((key, old_keys, new_keys)) => by_key(walk, item, key, (&old_keys, old), (&new_keys, new)),
        None => by_place(walk, item, old, new),
    }
}

/// The merge keys' texts, for ports with the protocol if that is asked for; `None` if an entry has none, or two have
/// the same.
fn texts(merge_key: &str, entries: &[Value], with_protocol: bool) -> Option<Vec<String>> {
    let mut seen = HashSet::new();
    entries
        .iter()
        .map(|entry| {
            let mut text = match entry.get(merge_key)? {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            if with_protocol {
                let protocol = entry.get("protocol").and_then(Value::as_str).unwrap_or("TCP");
                text.push_str(&format!(",protocol={protocol}"));
            }
            seen.insert(text.clone()).then_some(text)
        })
        .collect()
}

fn by_key(walk: &mut Walk, item: &Shape, merge_key: &str, old: (&[String], &[Value]), new: (&[String], &[Value])) {
    let find = |list: (&[String], &'_ [Value]), key: &String| -> Option<Value> {
        let place = list.0.iter().position(|other| other == key)?;
        list.1.get(place).cloned()
    };
    let step = |key: &String| Step::Item { key: merge_key.to_owned(), value: key.clone() };
    for (key, entry) in new.0.iter().zip(new.1) {
        walk.below(step(key), |walk| match find(old, key) {
            Some(present) => walk.value(Some(item), None, &present, entry),
            None => walk.change(None, Some(entry)),
        });
    }
    for (key, entry) in old.0.iter().zip(old.1) {
        if !new.0.contains(key) {
            walk.below(step(key), |walk| walk.change(Some(entry), None));
        }
    }
    // Another order of the same entries is a write, too; it is shown as the order of the keys.
    let common = |keys: &[String], other: &[String]| -> Vec<Value> {
        keys.iter().filter(|key| other.contains(key)).map(|key| Value::from(key.as_str())).collect()
    };
    let (before, after) = (common(old.0, new.0), common(new.0, old.0));
    if before != after {
        walk.change(Some(&Value::Array(before)), Some(&Value::Array(after)));
    }
}

fn by_place(walk: &mut Walk, item: &Shape, old: &[Value], new: &[Value]) {
    for place in 0..old.len().max(new.len()) {
        walk.below(Step::Index(place), |walk| match (old.get(place), new.get(place)) {
            (Some(old), Some(new)) => walk.value(Some(item), None, old, new),
            (old, new) => walk.change(old, new),
        });
    }
}
