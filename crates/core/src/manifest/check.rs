//! What every manifest must have: an identity, and labels that a selector can read.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use serde_json::Value;

use super::{Manifest, Origin, suggest::misspelling};
use crate::{
    diagnostic::{Diagnostic, Source},
    object::Gvk,
    packed::Packed,
    yaml::{Entry, Node, NodeValue},
};

/// Checks a document or list item and makes it a manifest; `None` if `faults` grew.
pub(super) fn manifest(source: &Arc<Source>, node: Node, faults: &mut Vec<Diagnostic>) -> Option<Manifest> {
    let known = faults.len();
    let mut check = Check { missing: Vec::new(), source, node: &node, faults };
    let identity = check.all();
    check.tell_missing();
    let (gvk, name, namespace) = identity?;
    if faults.len() > known {
        return None;
    }
    let origin = Origin { source: Arc::clone(source), span: node.span.clone() };
    let value = node.into_json();
    Some(Manifest { gvk, name, namespace, labels: labels(&value), value: Packed::new(value), origin })
}

/// The labels of an object; what is no text is no label.
pub(crate) fn labels(value: &Value) -> BTreeMap<String, String> {
    let labels = value.pointer("/metadata/labels").and_then(Value::as_object);
    let text = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    labels.into_iter().flatten().filter_map(text).collect()
}

struct Check<'a> {
    /// Keys that are absent and not misspelt either.
    missing: Vec<&'static str>,
    source: &'a Arc<Source>,
    node: &'a Node,
    faults: &'a mut Vec<Diagnostic>,
}

impl<'a> Check<'a> {
    fn all(&mut self) -> Option<(Gvk, String, Option<String>)> {
        let node = self.node;
        if !matches!(node.value, NodeValue::Map(_)) {
            let message = format!("A manifest must be a map of fields, but this is {}", node.describe());
            self.fault(
                self.head(),
                message,
                "Separate documents by a line `---`, and give each `apiVersion`, `kind` and `metadata`",
            );
            return None;
        }
        if self.is_kustomization() {
            let hint = "Landfall applies plain manifests; commit the output of `kubectl kustomize` instead, \
                        and keep the kustomization outside of the deployed paths";
            self.fault(self.head(), "This is a kustomization, not a manifest", hint);
            return None;
        }
        let api_version = self.required("apiVersion");
        let kind = self.required("kind");
        let metadata = self.metadata();
        let name = metadata.and_then(|metadata| self.name(metadata));
        let namespace = metadata.and_then(|metadata| self.namespace(metadata));
        for field in ["labels", "annotations"] {
            if let Some(entry) = metadata.and_then(|metadata| metadata.entry(field)) {
                self.strings(entry);
            }
        }
        Some((Gvk::new(&api_version?, &kind?), name?, namespace))
    }

    fn is_kustomization(&self) -> bool {
        let text = |key| self.node.get(key).and_then(Node::as_str).unwrap_or_default();
        if text("kind").is_empty() {
            let file = self.source.path.rsplit('/').next().unwrap_or_default();
            return matches!(file, "kustomization.yaml" | "kustomization.yml");
        }
        text("apiVersion").starts_with("kustomize.config.k8s.io/")
    }

    /// The text of a field that every manifest has.
    fn required(&mut self, key: &'static str) -> Option<String> {
        let Some(entry) = self.node.entry(key).filter(|entry| !entry.value.is_null()) else {
            self.missing(key);
            return None;
        };
        match entry.value.as_str() {
            Some("") => self.fault(entry.key_span.clone(), format!("`{key}` is empty"), ""),
            Some(text) => return Some(text.to_owned()),
            None => self.not_string(entry, &format!("`{key}`")),
        }
        None
    }

    /// A missing key, or the misspelling of it.
    fn missing(&mut self, key: &'static str) {
        if let Some(found) = misspelling(key, self.node.entries().iter().map(|entry| entry.key.as_str())) {
            let message = format!("The key `{found}` is unknown; did you mean `{key}`?");
            self.fault(self.key_of(found), message, "");
        } else {
            self.missing.push(key);
        }
    }

    /// One fault for all missing keys, since together they tell that this is no manifest at all.
    fn tell_missing(&mut self) {
        let message = match self.missing.as_slice() {
            [] => return,
            [one] => format!("`{one}` is missing"),
            [rest @ .., last] => format!("`{}` and `{last}` are missing", rest.join("`, `")),
        };
        let hint = match self.missing.as_slice() {
            ["metadata"] => "Add `metadata` with at least a `name`",
            _ => "Every document under the deployed paths must be a Kubernetes object; keep other files elsewhere",
        };
        self.fault(self.head(), message, hint);
    }

    fn metadata(&mut self) -> Option<&'a Node> {
        let node = self.node;
        match node.entry("metadata") {
            Some(Entry { value: metadata @ Node { value: NodeValue::Map(_), .. }, .. }) => Some(metadata),
            Some(entry) if !entry.value.is_null() => {
                let message = format!("`metadata` must be a map, but it is {}", entry.value.describe());
                self.fault(entry.key_span.clone(), message, "Indent its fields below it");
                None
            }
            Some(entry) => {
                self.fault(
                    entry.key_span.clone(),
                    "`metadata.name` is missing",
                    "Indent the fields of `metadata` below it",
                );
                None
            }
            None => {
                self.missing("metadata");
                None
            }
        }
    }

    fn name(&mut self, metadata: &Node) -> Option<String> {
        let entry = metadata.entry("name").filter(|entry| !entry.value.is_null() && entry.value.as_str() != Some(""));
        let Some(entry) = entry else {
            match metadata.entry("generateName") {
                Some(entry) => self.fault(
                    entry.key_span.clone(),
                    "`generateName` cannot be applied: each deploy would create one more object",
                    "Give the object a fixed `metadata.name`",
                ),
                None => self.fault(self.key_of("metadata"), "`metadata.name` is missing", ""),
            }
            return None;
        };
        let name = entry.value.as_str();
        if name.is_none() {
            self.not_string(entry, "`metadata.name`");
        }
        name.map(str::to_owned)
    }

    fn namespace(&mut self, metadata: &Node) -> Option<String> {
        let entry = metadata.entry("namespace").filter(|entry| !entry.value.is_null())?;
        let namespace = entry.value.as_str();
        if namespace.is_none() {
            self.not_string(entry, "`metadata.namespace`");
        }
        namespace.filter(|namespace| !namespace.is_empty()).map(str::to_owned)
    }

    /// Labels and annotations: with one value that is no string, kubectl sees none of them at all, so the selector
    /// would pass the object by.
    fn strings(&mut self, field: &Entry) {
        match &field.value.value {
            NodeValue::Null => {}
            NodeValue::Map(entries) => {
                for entry in entries.iter().filter(|entry| entry.value.as_str().is_none()) {
                    self.not_string(entry, &format!("`metadata.{}.{}`", field.key, entry.key));
                }
            }
            _ => {
                let message = format!("`metadata.{}` must be a map, but it is {}", field.key, field.value.describe());
                self.fault(field.key_span.clone(), message, "");
            }
        }
    }

    fn not_string(&mut self, entry: &Entry, what: &str) {
        let value = &entry.value;
        let message = format!("{what} must be a string, but it is {}", value.describe());
        let written = self.source.text.get(value.span.clone()).unwrap_or_default();
        let (span, hint) = match value.value {
            NodeValue::Bool(_) | NodeValue::Number(_) => (value.span.clone(), format!("Quote it: `\"{written}\"`")),
            NodeValue::Null => {
                (entry.key_span.clone(), "Write `\"\"` for an empty string, or remove the key".to_owned())
            }
            _ => (entry.key_span.clone(), String::new()),
        };
        self.fault(span, message, &hint);
    }

    fn key_of(&self, key: &str) -> Range<usize> {
        self.node.entry(key).map_or_else(|| self.head(), |entry| entry.key_span.clone())
    }

    /// The first words of the document: its first key, or the first line of what is no map.
    fn head(&self) -> Range<usize> {
        let first = self.node.entries().iter().find(|entry| !entry.key_span.is_empty());
        let span = first.map_or(&self.node.span, |entry| &entry.key_span);
        let text = self.source.text.get(span.clone()).unwrap_or_default();
        span.start..span.start + text.find('\n').unwrap_or(text.len())
    }

    fn fault(&mut self, span: Range<usize>, message: impl Into<String>, hint: &str) {
        let fault = Diagnostic::at(self.source, span, message);
        self.faults.push(if hint.is_empty() { fault } else { fault.hint(hint) });
    }
}
