//! The tree: JSON values with the place of each in the file.

use std::ops::Range;

use serde_json::{Map, Number, Value};

/// A value and the bytes that it was read from.
///
/// The span of a scalar covers exactly its notation, quotes or block header included and tag or anchor excluded, so
/// that replacing these bytes replaces this value alone. An alias has the span of its `*name`; what is inside it has
/// the spans of the anchor's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: NodeValue,
    /// Bytes of the file.
    pub span: Range<usize>,
}

/// A JSON value whose parts have places.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeValue {
    /// `null`, `~` or nothing at all.
    Null,
    /// A boolean; in YAML also `yes`, `on`, `y` and their opposites.
    Bool(bool),
    /// An integer of 64 bits with sign, or a finite float that is not such an integer.
    Number(Number),
    /// A string.
    String(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the file; each key occurs once.
    Map(Vec<Entry>),
}

/// One key of a map and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key, as a string whatever it was in YAML.
    pub key: String,
    /// Bytes of the key.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node,
}

impl Node {
    pub(super) fn null(span: Range<usize>) -> Self {
        Self { value: NodeValue::Null, span }
    }

    /// The value of a key; `None` also if this is not a map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// A key with its value; `None` also if this is not a map.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries of a map; none if this is not a map.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            NodeValue::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            NodeValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        self.value == NodeValue::Null
    }

    /// What a user calls this kind of value: `a string`, `a map`.
    pub fn describe(&self) -> &'static str {
        match &self.value {
            NodeValue::Null => "empty",
            NodeValue::Bool(_) => "a boolean",
            NodeValue::Number(_) => "a number",
            NodeValue::String(_) => "a string",
            NodeValue::List(_) => "a list",
            NodeValue::Map(_) => "a map",
        }
    }

    /// The value without the places.
    pub fn to_json(&self) -> Value {
        match &self.value {
            NodeValue::Null => Value::Null,
            NodeValue::Bool(value) => Value::Bool(*value),
            NodeValue::Number(number) => Value::Number(number.clone()),
            NodeValue::String(text) => Value::String(text.clone()),
            NodeValue::List(items) => items.iter().map(Self::to_json).collect(),
            NodeValue::Map(entries) => {
                Value::Object(entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect())
            }
        }
    }

    /// The value without the places, reusing the strings of the tree.
    pub fn into_json(self) -> Value {
        match self.value {
            NodeValue::Null => Value::Null,
            NodeValue::Bool(value) => Value::Bool(value),
            NodeValue::Number(number) => Value::Number(number),
            NodeValue::String(text) => Value::String(text),
            NodeValue::List(items) => Value::Array(items.into_iter().map(Self::into_json).collect()),
            NodeValue::Map(entries) => {
                let mut map = Map::new();
                for entry in entries {
                    map.insert(entry.key, entry.value.into_json());
                }
                Value::Object(map)
            }
        }
    }
}
