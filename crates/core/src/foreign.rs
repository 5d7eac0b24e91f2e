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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
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

/// Whether somebody applied the object, as far as the server's records tell: an object from before there were any
/// (Kubernetes v1.18) counts as applied, and so does what kubectl wrote before it told its commands apart.
pub fn was_applied(live: &Value) -> bool {
    let is_old = |entry: &Value| match manager(entry) {
        Some("before-first-apply") => true,
        Some(SERVER_SIDE_MANAGER) => entry.get("subresource").is_none(),
        _ => false,
    };
    entries(live).next().is_none() || is_applied(live) || entries(live).any(is_old)
}

/// Who of kubectl and Landfall applied the object after a time (RFC 3339 in UTC, whole seconds), and when.
pub fn applied_after(live: &Value, time: &str) -> Option<(String, String)> {
    let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let applied = entries(live).filter(|entry| is_ours(entry));
    let newest = applied.filter_map(|entry| Some((text(entry, "time")?, text(entry, "manager")?))).max()?;
    // Texts of one form sort as their times do.
    (newest.0.as_str() > time).then_some((newest.1, newest.0))
}

/// Whether one manager alone wrote the object, its status apart.
pub fn is_written_by(live: &Value, name: &str) -> bool {
    let mut writers = entries(live).filter(|entry| entry.get("subresource").is_none()).peekable();
    writers.peek().is_some() && writers.all(|entry| manager(entry) == Some(name))
}

/// Whether the object was applied with `kubectl apply --server-side`.
pub fn is_server_side_applied(live: &Value) -> bool {
    entries(live).any(|entry| {
        manager(entry) == Some(SERVER_SIDE_MANAGER) && entry.get("operation").and_then(Value::as_str) == Some("Apply")
    })
}

/// The fields that `kubectl apply --server-side` owns: `FieldsV1`.
pub fn server_side_fields(live: &Value) -> Option<&Value> {
    server_side_entry(live)?.get("fieldsV1")
}

/// The entry of `kubectl apply --server-side` among the managed fields: what it owns, and since when.
pub fn server_side_entry(live: &Value) -> Option<&Value> {
    entries(live).find(|entry| {
        manager(entry) == Some(SERVER_SIDE_MANAGER) && entry.get("operation").and_then(Value::as_str) == Some("Apply")
    })
}

fn entries(live: &Value) -> impl Iterator<Item = &Value> {
    live.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten()
}

fn manager(entry: &Value) -> Option<&str> {
    entry.get("manager").and_then(Value::as_str)
}

/// kubectl scale writes as `kubectl`, too, through a subresource.
fn is_ours(entry: &Value) -> bool {
    matches!(manager(entry), Some(APPLY_MANAGER | SERVER_SIDE_MANAGER)) && entry.get("subresource").is_none()
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// An object that these have written, each with its subresource.
    fn written(managers: &[(&str, Option<&str>)]) -> Value {
        let entry = |(manager, subresource): &(&str, Option<&str>)| match subresource {
            Some(subresource) => json!({"manager": manager, "operation": "Update", "subresource": subresource}),
            None => json!({"manager": manager, "operation": "Update"}),
        };
        json!({"metadata": {"managedFields": managers.iter().map(entry).collect::<Vec<_>>()}})
    }

    #[test]
    fn tells_what_was_applied_from_what_was_created() {
        for (managers, applied) in [
            (vec![], true),
            (vec![("kubectl-client-side-apply", None)], true),
            (vec![("kubectl-create", None), ("kubectl-client-side-apply", None)], true),
            (vec![("before-first-apply", None)], true),
            (vec![("kubectl", None)], true),
            (vec![("kubectl-create", None)], false),
            (vec![("kubectl-create", None), ("kubectl", Some("scale"))], false),
            (vec![("velero-server", None)], false),
        ] {
            assert_eq!(was_applied(&written(&managers)), applied, "{managers:?}");
        }
    }

    #[test]
    fn tells_what_a_controller_alone_made() {
        let controller = "kube-controller-manager";
        for (managers, alone) in [
            (vec![], false),
            (vec![(controller, None)], true),
            (vec![(controller, None), ("kubelet", Some("status"))], true),
            (vec![(controller, None), ("kubectl-create", None)], false),
        ] {
            assert_eq!(is_written_by(&written(&managers), controller), alone, "{managers:?}");
        }
    }

    #[test]
    fn kubectl_scale_is_somebody_else() {
        let mut live = written(&[("kubectl", Some("scale")), ("kubectl-client-side-apply", None)]);
        live["metadata"]["managedFields"][0]["fieldsV1"] = json!({"f:spec": {"f:replicas": {}}});
        live["metadata"]["managedFields"][1]["fieldsV1"] = json!({"f:spec": {"f:paused": {}}});
        let owner = |field: &str| {
            let path = FieldPath::default().join(Step::Field("spec".into())).join(Step::Field(field.into()));
            foreign_owner(&live, &path).map(|found| found.manager)
        };
        assert_eq!(owner("replicas"), Some("kubectl".into()));
        assert_eq!(owner("paused"), None);
    }
}
