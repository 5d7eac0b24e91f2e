//! Anchors and the aliases that stand for them.

use std::ops::Range;

use super::{
    build::Builder,
    document::DEPTH,
    node::{Node, NodeValue},
};

/// What an alias stands for. Absent while the anchor's own value is being read.
pub(super) struct Anchor {
    node: Node,
    decoded: usize,
    height: usize,
}

impl Builder<'_> {
    pub(super) fn alias(&mut self, id: usize, span: Range<usize>) -> Option<()> {
        let Some(anchor) = self.anchors.get(&id) else {
            self.fault(span.clone(), "The alias stands inside the value that it refers to", |fault| fault);
            return self.complete(Node::null(span));
        };
        if self.stack.len() + anchor.height > DEPTH {
            self.fault(span, format!("The document is nested deeper than {DEPTH} levels"), |fault| fault);
            return None;
        }
        if !self.budget.count_alias(anchor.decoded) {
            return self.refuse_bomb(span);
        }
        let node = Node { value: anchor.node.value.clone(), span };
        self.complete(node)
    }

    pub(super) fn remember(&mut self, anchor: usize, node: &Node, decoded_before: usize) {
        if anchor != 0 {
            let decoded = self.budget.decoded() - decoded_before;
            self.anchors.insert(anchor, Anchor { node: node.clone(), decoded, height: height(node) });
        }
    }

    pub(super) fn count(&mut self, span: &Range<usize>) -> Option<()> {
        if self.budget.count() { Some(()) } else { self.refuse_bomb(span.clone()) }
    }

    pub(super) fn refuse_bomb(&mut self, span: Range<usize>) -> Option<()> {
        self.fault(span, "The aliases of this document expand to too many values", |fault| {
            fault.hint("Write the values out, or use fewer aliases of aliases")
        });
        None
    }
}

/// How many levels a value is deep.
fn height(node: &Node) -> usize {
    match &node.value {
        NodeValue::List(items) => 1 + items.iter().map(height).max().unwrap_or(0),
        NodeValue::Map(entries) => 1 + entries.iter().map(|entry| height(&entry.value)).max().unwrap_or(0),
        _ => 0,
    }
}
