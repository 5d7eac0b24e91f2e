//! Who wrote a field last, from the `managedFields` that the API server keeps.
//!
//! Source: <https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management>, and the `FieldsV1`
//! format in `k8s.io/apimachinery/pkg/apis/meta/v1`.

use serde::Serialize;
use serde_json::Value;

use crate::compare::{FieldChange, FieldPath, Step};

/// The field manager of kubectl's client-side apply, and so of ours.
pub const APPLY_MANAGER: &str = "kubectl-client-side-apply";

/// The field manager of `kubectl apply --server-side`.
pub const SERVER_SIDE_MANAGER: &str = "kubectl";

/// A field that somebody else wrote last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ForeignField {
    /// The field, in the API server's notation.
    pub field: String,
    /// Who wrote it, as the API server recorded.
    pub manager: String,
    /// When, RFC 3339, where that is recorded.
    pub time: Option<String>,
}

/// The manager other than kubectl or Landfall that owns a field of a live object.
pub fn foreign_owner(live: &Value, path: &FieldPath) -> Option<ForeignField> {
    let owner = entries(live)
        .find(|entry| !is_ours(entry) && entry.get("fieldsV1").is_some_and(|fields| owns(fields, path.steps())))?;
    let text = |key: &str| owner.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(ForeignField { field: path.to_string(), manager: text("manager")?, time: text("time") })
}

/// Whether kubectl's client-side apply, or ours, wrote the object.
pub fn is_applied(live: &Value) -> bool {
    entries(live).any(|entry| manager(entry) == Some(APPLY_MANAGER))
}

/// Whether the object was applied with `kubectl apply --server-side`.
pub fn is_server_side_applied(live: &Value) -> bool {
    entries(live).any(|entry| {
        manager(entry) == Some(SERVER_SIDE_MANAGER) && entry.get("operation").and_then(Value::as_str) == Some("Apply")
    })
}

/// The fields that `kubectl apply --server-side` owns: `FieldsV1`.
pub fn server_side_fields(live: &Value) -> Option<&Value> {
    let entry = entries(live).find(|entry| {
        manager(entry) == Some(SERVER_SIDE_MANAGER) && entry.get("operation").and_then(Value::as_str) == Some("Apply")
    })?;
    entry.get("fieldsV1")
}

fn entries(live: &Value) -> impl Iterator<Item = &Value> {
    live.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten()
}

fn manager(entry: &Value) -> Option<&str> {
    entry.get("manager").and_then(Value::as_str)
}

fn is_ours(entry: &Value) -> bool {
    matches!(manager(entry), Some(APPLY_MANAGER | SERVER_SIDE_MANAGER))
}

/// Whether a field set holds the field at `path`, the field's parent as a whole, or anything below it.
fn owns(fields: &Value, path: &[Step]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    let Some(map) = fields.as_object() else { return false };
    let child = match first {
        Step::Field(name) | Step::Key(name) => map.get(&format!("f:{name}")),
        Step::Item { key, value } => map.iter().find(|(text, _)| is_item(text, key, value)).map(|(_, child)| child),
        Step::Index(index) => map.get(&format!("i:{index}")),
    };
    match child {
        // An empty set is a leaf: the whole value below is owned.
        Some(child) if child.as_object().is_some_and(serde_json::Map::is_empty) => true,
        Some(child) => owns(child, rest),
        None => false,
    }
}

/// Whether the key of a list item, `k:{"containerPort":80,"protocol":"TCP"}`, has this field. It may have more: the
/// merge key of a list is one of the keys by which field sets tell its items apart.
fn is_item(text: &str, key: &str, value: &str) -> bool {
    let Some(Ok(Value::Object(found))) = text.strip_prefix("k:").map(serde_json::from_str) else { return false };
    match found.get(key) {
        Some(Value::String(found)) => found == value,
        Some(found) => *found == *value,
        None => false,
    }
}

/// The fields that `kubectl apply --server-side` set before and the manifest has not any more: a new apply removes
/// them.
pub fn dropped_fields(live: &Value, manifest: &Value) -> Vec<FieldChange> {
    let mut dropped = Vec::new();
    if let Some(fields) = server_side_fields(live) {
        collect_dropped(fields, Some(live), Some(manifest), &FieldPath::default(), &mut dropped);
    }
    dropped
}

fn collect_dropped(
    fields: &Value,
    live: Option<&Value>,
    manifest: Option<&Value>,
    path: &FieldPath,
    dropped: &mut Vec<FieldChange>,
) {
    for (text, child) in fields.as_object().into_iter().flatten() {
        // Items of sets (`v:`) and the object itself (`.`) have nothing below them that could be missing alone.
        let Some(element) = Element::read(text) else { continue };
        let (Some(old), wanted) = (live.and_then(|live| element.find(live)), manifest.and_then(|m| element.find(m)))
        else {
            continue;
        };
        let path = path.join(element.step());
        match wanted {
            None => dropped.push(FieldChange { path, old: Some(old.clone()), new: None }),
            Some(wanted) => collect_dropped(child, Some(old), Some(wanted), &path, dropped),
        }
    }
}

/// One key of a field set.
enum Element<'a> {
    /// `f:spec`
    Field(&'a str),
    /// `k:{"name":"web"}`
    Item(serde_json::Map<String, Value>),
}

impl<'a> Element<'a> {
    fn read(text: &'a str) -> Option<Self> {
        if let Some(name) = text.strip_prefix("f:") {
            return Some(Self::Field(name));
        }
        serde_json::from_str(text.strip_prefix("k:")?).ok().map(Self::Item)
    }

    fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Field(name) => value.get(name),
            Self::Item(keys) => value.as_array()?.iter().find(|item| has_all(item, keys)),
        }
    }

    fn step(&self) -> Step {
        match self {
            Self::Field(name) => Step::Field((*name).to_owned()),
            Self::Item(keys) => {
                let (key, value) =
                    keys.iter().next().map_or_else(Default::default, |(key, value)| (key.clone(), value.clone()));
                Step::Item { key, value: value.as_str().map_or_else(|| value.to_string(), str::to_owned) }
            }
        }
    }
}

/// Whether a list item has these keys. One with a default, such as a port's protocol, may be missing in a manifest.
fn has_all(item: &Value, keys: &serde_json::Map<String, Value>) -> bool {
    keys.iter().all(|(key, value)| item.get(key).is_none_or(|found| found == value))
        && keys.keys().any(|key| item.get(key).is_some())
}
