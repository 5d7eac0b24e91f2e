//! Keys of ConfigMaps and Secrets.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{
    PodInput,
    node::{Faults, Node},
};

/// The object that a reference (`name`, `optional`) names; `None` if there is none, which is a fault unless it is
/// optional.
pub(super) fn object<'a>(
    reference: &Node<'_>,
    kind: &str,
    input: &PodInput<'a>,
    faults: &mut Faults,
) -> Option<&'a Value> {
    let namespace = input.namespace;
    let name = reference.get("name").text().unwrap_or_default();
    let object = input.sources.find(kind, namespace, name);
    if object.is_none() && !reference.get("optional").is_true() {
        faults.add(&reference.get("name"), format!("the {kind} '{name}' does not exist in namespace {namespace}"));
    }
    object
}

/// The text of one key (`name`, `key`, `optional`). The message never holds a value.
pub(super) fn text(reference: &Node<'_>, kind: &str, input: &PodInput<'_>, faults: &mut Faults) -> Option<String> {
    let object = object(reference, kind, input, faults)?;
    let key = reference.get("key").text().unwrap_or_default();
    let text = texts(object).remove(key);
    if text.is_none() && !reference.get("optional").is_true() {
        let name = reference.get("name").text().unwrap_or_default();
        faults.add(&reference.get("key"), format!("the {kind} '{name}' has no key '{key}' with text"));
    }
    text
}

/// All keys with text: `data` of a ConfigMap, decoded `data` and `stringData` of a Secret. `binaryData` is none.
pub(super) fn texts(object: &Value) -> BTreeMap<String, String> {
    let is_binary = |key: &str| object.pointer("/binaryData").is_some_and(|data| data.get(key).is_some());
    let all = contents(object).into_iter().filter(|(key, _)| !is_binary(key));
    all.filter_map(|(key, content)| Some((key, String::from_utf8(content).ok()?))).collect()
}

/// All keys with their bytes: `data` and `binaryData` of a ConfigMap, decoded `data` and `stringData` of a Secret.
pub(crate) fn contents(object: &Value) -> BTreeMap<String, Vec<u8>> {
    let entries = |field: &str| {
        let entries = object.get(field).and_then(Value::as_object).into_iter().flatten();
        entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?)))
    };
    // Line breaks in base64 mean nothing to the API server either.
    let decoded = |text: &str| STANDARD.decode(text.split_whitespace().collect::<String>()).ok();
    let is_secret = object.get("kind").and_then(Value::as_str) == Some("Secret");
    let encoded = if is_secret { "data" } else { "binaryData" };
    let plain = if is_secret { "stringData" } else { "data" };
    let mut contents: BTreeMap<String, Vec<u8>> =
        entries(encoded).filter_map(|(key, text)| Some((key, decoded(text)?))).collect();
    contents.extend(entries(plain).map(|(key, text)| (key, text.as_bytes().to_vec())));
    contents
}
