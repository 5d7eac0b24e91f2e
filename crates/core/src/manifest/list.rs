//! Lists into their items, as kubectl does it.

use std::sync::Arc;

use crate::{
    diagnostic::{Diagnostic, Source},
    yaml::{Entry, Node, NodeValue},
};

/// The objects of a document: itself, or the items of a list, nested ones too.
///
/// What makes a list is the key `items`, not the kind. An item without `apiVersion` and `kind` gets those of its list,
/// `ConfigMap` in a `ConfigMapList`.
pub(super) fn flatten(source: &Arc<Source>, root: Node, faults: &mut Vec<Diagnostic>) -> Vec<Node> {
    let mut objects = Vec::new();
    unpack(source, root, &mut objects, faults);
    objects
}

fn unpack(source: &Arc<Source>, node: Node, objects: &mut Vec<Node>, faults: &mut Vec<Diagnostic>) {
    let Some(items) = node.entry("items") else {
        objects.push(node);
        return;
    };
    let kind = node.get("kind").and_then(Node::as_str).unwrap_or_default().to_owned();
    let api_version = node.get("apiVersion").and_then(Node::as_str).unwrap_or_default().to_owned();
    let Some(item_kind) = kind.strip_suffix("List") else {
        let what = if kind.is_empty() { "an object without `kind`".to_owned() } else { format!("a {kind}") };
        let message = format!("kubectl takes everything with a key `items` for a list, but this is {what}");
        faults.push(
            Diagnostic::at(source, items.key_span.clone(), message)
                .hint("Check `kind`: a list is `kind: List` with `apiVersion: v1`; move the key if it is misplaced"),
        );
        return;
    };
    if api_version.is_empty() {
        let place = node.entry("kind").map_or(node.span.clone(), |entry| entry.key_span.clone());
        faults.push(
            Diagnostic::at(source, place, "The list has no `apiVersion`").hint("Add `apiVersion: v1` for `kind: List`"),
        );
        return;
    }
    let items_span = items.key_span.clone();
    let item_kind = item_kind.to_owned();
    match take(node, "items") {
        Some(Node { value: NodeValue::List(items), .. }) => {
            for item in items {
                unpack(source, with_defaults(item, &api_version, &item_kind), objects, faults);
            }
        }
        Some(Node { value: NodeValue::Null, .. }) | None => {}
        Some(other) => faults.push(Diagnostic::at(
            source,
            items_span,
            format!("`items` must be a list, but it is {}", other.describe()),
        )),
    }
}

fn take(node: Node, key: &str) -> Option<Node> {
    match node.value {
        NodeValue::Map(entries) => entries.into_iter().find(|entry| entry.key == key).map(|entry| entry.value),
        _ => None,
    }
}

/// Sets `apiVersion` and `kind` of an item that has neither, as lists from the API server are printed.
fn with_defaults(mut item: Node, api_version: &str, kind: &str) -> Node {
    let is_bare = |key| item.get(key).is_none_or(|value| value.is_null() || value.as_str() == Some(""));
    // The items of a plain `List` have no kind to inherit.
    if kind.is_empty() || !is_bare("apiVersion") || !is_bare("kind") {
        return item;
    }
    let span = item.span.start..item.span.start;
    if let NodeValue::Map(entries) = &mut item.value {
        entries.retain(|entry| entry.key != "apiVersion" && entry.key != "kind");
        for (key, text) in [("apiVersion", api_version), ("kind", kind)] {
            let value = Node { value: NodeValue::String(text.to_owned()), span: span.clone() };
            entries.push(Entry { key: key.to_owned(), key_span: span.clone(), value });
        }
    }
    item
}
