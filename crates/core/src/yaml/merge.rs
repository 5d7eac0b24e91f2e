//! Merge keys: `<<: *base` and `<<: [*first, *second]`.

use std::collections::HashMap;

use super::node::{Entry, Node, NodeValue};

/// A `<<` key: it counts where it stands, after `position` written keys.
#[derive(Debug)]
pub(super) struct Merge {
    pub(super) position: usize,
    pub(super) entries: Vec<Entry>,
}

/// The entries that the value of a `<<` key brings, in the order in which they are set; `None` if it is neither a map
/// nor a list of maps.
pub(super) fn entries(value: Node) -> Option<Vec<Entry>> {
    match value.value {
        NodeValue::Map(entries) => Some(entries),
        NodeValue::List(items) => {
            // The first map of the list wins, so it is set last.
            let maps = items.into_iter().rev().map(|item| match item.value {
                NodeValue::Map(entries) => Some(entries),
                _ => None,
            });
            Some(maps.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
        }
        _ => None,
    }
}

/// Sets written and merged keys in the order of the file: the later one wins. So a `<<` below a key overrides that
/// key, which is not what YAML says, but what goyaml v2 and with it kubectl does.
pub(super) fn apply(written: Vec<Entry>, merges: Vec<Merge>) -> Vec<Entry> {
    let mut result = Vec::with_capacity(written.len());
    let mut index = HashMap::new();
    let mut merges = merges.into_iter().peekable();
    for (position, entry) in written.into_iter().enumerate() {
        while let Some(merge) = merges.next_if(|merge| merge.position <= position) {
            set_all(merge.entries, &mut result, &mut index);
        }
        set_all([entry], &mut result, &mut index);
    }
    for merge in merges {
        set_all(merge.entries, &mut result, &mut index);
    }
    result
}

fn set_all(entries: impl IntoIterator<Item = Entry>, result: &mut Vec<Entry>, index: &mut HashMap<String, usize>) {
    for entry in entries {
        match index.get(&entry.key).and_then(|&at| result.get_mut(at)) {
            Some(existing) => *existing = entry,
            None => {
                index.insert(entry.key.clone(), result.len());
                result.push(entry);
            }
        }
    }
}
