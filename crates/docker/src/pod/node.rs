//! Reading a template field by field, so that every fault names its field.

use std::borrow::Cow;

use landfall_core::plan::FaultCause;
use serde_json::Value;

/// A value and where it is. Absent values are `null`, so that one can ask further.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub value: &'a Value,
    /// In the API's notation.
    pub path: Cow<'a, str>,
}

impl<'a> Node<'a> {
    pub fn new(value: &'a Value, path: &'a str) -> Self {
        Self { value, path: Cow::Borrowed(path) }
    }

    /// A field, which may be absent.
    pub fn get(&self, key: &str) -> Node<'a> {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Node { value: self.value.get(key).unwrap_or(&Value::Null), path: Cow::Owned(path) }
    }

    /// A field, if it is there.
    pub fn given(&self, key: &str) -> Option<Node<'a>> {
        Some(self.get(key)).filter(|node| !node.value.is_null())
    }

    /// The entries of a list.
    pub fn items(&self) -> impl Iterator<Item = Node<'a>> {
        let path = self.path.clone();
        self.value
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .enumerate()
            .map(move |(index, value)| Node { value, path: Cow::Owned(format!("{path}[{index}]")) })
    }

    /// The entries of a map.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        let path = self.path.clone();
        self.value
            .as_object()
            .into_iter()
            .flatten()
            .map(move |(key, value)| (key.as_str(), Node { value, path: Cow::Owned(format!("{path}[{key}]")) }))
    }

    /// Text; empty text is as good as none in all fields that this is used for.
    pub fn text(&self) -> Option<&'a str> {
        self.value.as_str().filter(|text| !text.is_empty())
    }

    pub fn flag(&self) -> Option<bool> {
        self.value.as_bool()
    }

    pub fn is_true(&self) -> bool {
        self.flag() == Some(true)
    }

    pub fn number(&self) -> Option<i64> {
        self.value.as_i64()
    }

    /// A list of texts.
    pub fn texts(&self) -> Vec<&'a str> {
        self.value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

/// The faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults(pub Vec<FaultCause>);

impl Faults {
    pub fn add(&mut self, node: &Node<'_>, message: impl Into<String>) {
        self.0.push(FaultCause { field: node.path.clone().into_owned(), message: message.into() });
    }

    /// The amount, if it is a whole number within `range`; else a fault.
    pub fn number_in<T: TryFrom<i64>>(&mut self, node: &Node<'_>, range: std::ops::RangeInclusive<i64>) -> Option<T> {
        let number = node.number()?;
        if range.contains(&number)
            && let Ok(number) = T::try_from(number)
        {
            return Some(number);
        }
        let message = match (*range.start(), *range.end()) {
            (start, i64::MAX) => format!("must be at least {start}, but it is {number}"),
            (start, end) => format!("must be from {start} to {end}, but it is {number}"),
        };
        self.add(node, message);
        None
    }

    /// The variant of a text, if it is one of these; else a fault that lists them.
    pub fn one_of<T: Copy>(&mut self, node: &Node<'_>, variants: &[(&str, T)]) -> Option<T> {
        let text = node.text()?;
        let found = variants.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            let names: Vec<String> = variants.iter().map(|(name, _)| format!("`{name}`")).collect();
            self.add(node, format!("must be one of {}, but it is `{text}`", names.join(", ")));
        }
        found.map(|(_, variant)| *variant)
    }
}

#[cfg(test)]
impl Faults {
    /// One line a fault.
    pub fn lines(&self) -> Vec<String> {
        self.0.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect()
    }
}
