//! Where a manifest came from.

use std::{ops::Range, sync::Arc};

use crate::{
    diagnostic::Source,
    yaml::{self, Node, NodeValue},
};

/// The place of a manifest in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub source: Arc<Source>,
    /// Bytes of the document or list item.
    pub span: Range<usize>,
}

impl Origin {
    /// The bytes to show for a field: its value if that is a scalar, else its key; the nearest parent if the file has no
    /// such field, as with what the API server added. The segments are those of [`Node::at_pointer`].
    ///
    /// The document is read again for this, so that manifests need not carry their trees around.
    pub fn locate<S: AsRef<str>>(&self, pointer: &[S]) -> Range<usize> {
        let root = yaml::document_at(&self.source, self.span.start);
        let found = root.as_ref().and_then(|root| find(root, &self.span));
        found.map_or_else(|| self.span.clone(), |node| node.span_at(pointer))
    }
}

/// The document or list item with exactly these bytes.
fn find<'tree>(node: &'tree Node, span: &Range<usize>) -> Option<&'tree Node> {
    if node.span == *span {
        return Some(node);
    }
    match &node.get("items")?.value {
        NodeValue::List(items) => items.iter().find_map(|item| find(item, span)),
        _ => None,
    }
}
