//! JSON documents that are kept for long and looked at rarely.

use std::{ops::Deref, sync::OnceLock};

use serde_json::Value;

/// A document as text, a fifth of the size that its tree has: every map of the tree takes 600 bytes, however few fields it
/// holds. The tree is made again when somebody looks at the document, and stays then.
#[derive(Debug, Clone)]
pub struct Packed {
    text: Box<str>,
    /// Becomes `metadata.namespace` when the text is read.
    namespace: Option<Box<str>>,
    tree: OnceLock<Value>,
}

/// What is nested deeper stays a tree: serde_json does not read it again.
const DEEPEST: usize = 100;

impl Packed {
    /// Packs a document.
    pub fn new(value: Value) -> Self {
        if is_deeper(&value, DEEPEST) {
            return Self { text: Box::default(), namespace: None, tree: OnceLock::from(value) };
        }
        Self { text: value.to_string().into_boxed_str(), namespace: None, tree: OnceLock::new() }
    }

    /// The object in a namespace. Packing it anew would cost as much as reading its manifest did.
    pub fn in_namespace(mut self, namespace: &str) -> Self {
        match self.tree.take() {
            Some(mut tree) if self.text.is_empty() => {
                set_namespace(&mut tree, namespace);
                self.tree = OnceLock::from(tree);
            }
            _ => self.namespace = Some(namespace.into()),
        }
        self
    }

    /// The document, to be changed or dropped soon.
    pub fn unpacked(&self) -> Value {
        self.tree.get().cloned().unwrap_or_else(|| self.read())
    }

    fn read(&self) -> Value {
        // We wrote it ourselves, and not too deep.
        let mut value = serde_json::from_str(&self.text).unwrap_or_default();
        if let Some(namespace) = &self.namespace {
            set_namespace(&mut value, namespace);
        }
        value
    }
}

impl PartialEq for Packed {
    /// By their documents, however they are kept.
    fn eq(&self, other: &Self) -> bool {
        self.unpacked() == other.unpacked()
    }
}

fn set_namespace(object: &mut Value, namespace: &str) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("namespace".to_owned(), Value::from(namespace));
    }
}

impl Deref for Packed {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.tree.get_or_init(|| self.read())
    }
}

fn is_deeper(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(|item| is_deeper(item, levels - 1)),
        Value::Object(fields) => levels == 0 || fields.values().any(|field| is_deeper(field, levels - 1)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn gives_back_what_was_packed() {
        let mut deep = json!(1);
        for _ in 0..300 {
            deep = json!([deep]);
        }
        let numbers =
            json!({"a": [0.1, 1e300, -0.0, 1.0, u64::MAX, i64::MIN, 5e-324], "b": "\u{2028}\"<\u{1f600}", "c": null});
        for value in [deep, numbers] {
            let packed = Packed::new(value.clone());
            assert_eq!(packed.unpacked(), value);
            assert_eq!(*packed, value);
            assert_eq!(packed.clone().unpacked(), value);
        }
    }

    #[test]
    fn a_namespace_is_filled_in() {
        let mut deep = json!(1);
        for _ in 0..300 {
            deep = json!([deep]);
        }
        for spec in [json!(1), deep] {
            let object = |namespace: &str| json!({"metadata": {"name": "a", "namespace": namespace}, "spec": spec});
            let packed = Packed::new(json!({"metadata": {"name": "a"}, "spec": spec}));
            let _ = packed.get("metadata");
            let packed = packed.in_namespace("one");
            assert_eq!(packed.unpacked(), object("one"));
            assert_eq!(*packed.in_namespace("two"), object("two"));
        }
    }
}
