//! How the fields of a type are merged.

use crate::schema::{Shape, Strategy, Type};

/// Where in the types a merge is; `Unknown` below fields that the table does not know, and below free JSON.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node {
    Object(&'static Type),
    Map(&'static Shape),
    Unknown,
}

/// What a patch does with one field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lookup {
    shape: Option<&'static Shape>,
    pub strategy: Strategy,
    pub merge_key: Option<&'static str>,
}

impl Node {
    pub fn root(root: &'static Type) -> Self {
        Node::Object(root)
    }

    /// `LookupPatchMetadataForStruct` and `...ForSlice`. kubectl fails at a field that its OpenAPI document lacks; here
    /// it is merged without a strategy, so that a newer API server's fields work.
    pub fn field(self, name: &str) -> Lookup {
        let none = Lookup { shape: None, strategy: Strategy::default(), merge_key: None };
        match self {
            Node::Object(object) => object.field(name).map_or(none, |field| Lookup {
                shape: Some(&field.shape),
                strategy: field.strategy,
                merge_key: field.merge_key,
            }),
            Node::Map(shape) => Lookup { shape: Some(shape), ..none },
            Node::Unknown => none,
        }
    }
}

impl Lookup {
    /// The fields below, if the value is a map.
    pub fn below(self) -> Node {
        self.shape.map_or(Node::Unknown, node)
    }

    /// The fields of the entries, if the value is a list.
    pub fn item(self) -> Node {
        match self.shape {
            Some(Shape::List(item)) => node(item),
            _ => Node::Unknown,
        }
    }

    /// The shape of the entries, if the value is a list.
    pub fn item_shape(self) -> Option<&'static Shape> {
        match self.shape {
            Some(Shape::List(item)) => Some(item),
            _ => None,
        }
    }
}

fn node(shape: &'static Shape) -> Node {
    match shape {
        Shape::Object(_) => shape.object().map_or(Node::Unknown, Node::Object),
        Shape::Map(item) => Node::Map(item),
        Shape::List(_) | Shape::Scalar(_) => Node::Unknown,
    }
}
