//! JSON documents that are kept for long and looked at rarely.

use std::{ops::Deref, sync::OnceLock};

use serde_json::Value;

/// A document as text, a fifth of the size that its tree has: every map of the tree takes 600 bytes, however few fields it
/// holds. The tree is made again when somebody looks at the document, and stays then.
#[derive(Debug, Clone)]
pub struct Packed {
    text: Box<str>,
    tree: OnceLock<Value>,
}

/// What is nested deeper stays a tree: serde_json does not read it again.
const DEEPEST: usize = 100;

impl Packed {
    /// Packs a document.
    pub fn new(value: Value) -> Self {
        if is_deeper(&value, DEEPEST) {
            return Self { text: Box::default(), tree: OnceLock::from(value) };
        }
        Self { text: value.to_string().into_boxed_str(), tree: OnceLock::new() }
    }

    /// The document, to be changed or dropped soon.
    pub fn unpacked(&self) -> Value {
        self.tree.get().cloned().unwrap_or_else(|| self.read())
    }

    fn read(&self) -> Value {
        // We wrote it ourselves, and not too deep.
        serde_json::from_str(&self.text).unwrap_or_default()
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
}
