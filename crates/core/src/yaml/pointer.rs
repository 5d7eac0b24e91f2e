//! Finding a field by its path.

use std::ops::Range;

use super::node::{Entry, Node, NodeValue};

impl Node {
    /// The value at a path of segments: a key in a map; in a list an index (`0`), a selector of an item
    /// (`name="web"`, `port=80,protocol="TCP"`) or of a value (`="x"`). A key that holds dots may be cut at them.
    pub fn at_pointer<S: AsRef<str>>(&self, pointer: &[S]) -> Option<&Self> {
        let (reached, left) = self.walk(pointer);
        (left == 0).then_some(reached.node)
    }

    /// The bytes to show for a path: the value if it is a scalar, the key if it is a map or list. Where the path leads
    /// nowhere, the nearest parent that exists.
    pub fn span_at<S: AsRef<str>>(&self, pointer: &[S]) -> Range<usize> {
        let (reached, left) = self.walk(pointer);
        match (reached.entry, &reached.node.value) {
            (Some(entry), NodeValue::List(_) | NodeValue::Map(_) | NodeValue::Null) => entry.key_span.clone(),
            // A scalar above the field that was asked for: the key says more than the value.
            (Some(entry), _) if left > 0 => entry.key_span.clone(),
            (None, NodeValue::Map(entries)) => {
                entries.first().map_or_else(|| reached.node.span.clone(), |entry| entry.key_span.clone())
            }
            _ => reached.node.span.clone(),
        }
    }

    /// Follows a path as far as it exists; also gives how many segments are left.
    fn walk<S: AsRef<str>>(&self, pointer: &[S]) -> (Reached<'_>, usize) {
        let mut reached = Reached { node: self, entry: None };
        let mut rest = pointer;
        while !rest.is_empty() {
            let Some((next, used)) = step(reached.node, rest) else { break };
            reached = next;
            rest = &rest[used..];
        }
        (reached, rest.len())
    }
}

/// A node, and the entry whose value it is.
struct Reached<'tree> {
    node: &'tree Node,
    entry: Option<&'tree Entry>,
}

fn step<'tree, S: AsRef<str>>(node: &'tree Node, rest: &[S]) -> Option<(Reached<'tree>, usize)> {
    match &node.value {
        NodeValue::Map(_) => {
            // The API server does not quote dots in keys: `metadata.annotations.example.com/name`.
            let mut key = String::new();
            rest.iter().enumerate().find_map(|(index, segment)| {
                if index > 0 {
                    key.push('.');
                }
                key.push_str(segment.as_ref());
                let entry = node.entry(&key)?;
                Some((Reached { node: &entry.value, entry: Some(entry) }, index + 1))
            })
        }
        NodeValue::List(items) => {
            let segment = rest.first()?.as_ref();
            let item = match segment.parse::<usize>() {
                Ok(index) => items.get(index),
                Err(_) => items.iter().find(|item| selects(segment, item)),
            }?;
            Some((Reached { node: item, entry: None }, 1))
        }
        _ => None,
    }
}

/// Whether every `key=value` of a selector holds for an item.
fn selects(selector: &str, item: &Node) -> bool {
    let mut rest = selector;
    while !rest.is_empty() {
        let Some((key, after)) = rest.split_once('=') else { return false };
        let mut values = serde_json::Deserializer::from_str(after).into_iter::<serde_json::Value>();
        let Some(Ok(wanted)) = values.next() else { return false };
        let found = if key.is_empty() { Some(item) } else { item.get(key) };
        if found.map(Node::to_json).as_ref() != Some(&wanted) {
            return false;
        }
        rest = after[values.byte_offset()..].trim_start_matches([',', ' ']);
    }
    true
}
