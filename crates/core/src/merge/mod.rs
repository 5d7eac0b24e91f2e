//! The patch that kubectl's client-side apply would send, and what the API server makes of it.
//!
//! Rules: `k8s.io/kubectl/pkg/cmd/apply/patcher.go` (which patch for which kind), `k8s.io/apimachinery`'s
//! `strategicpatch` and `jsonmergepatch`. `crates/core/tests` compares both directions with those packages.
//!
//! One difference is deliberate, see [`duplicates`]: where entries of one list share a merge key, kubectl loses some.

mod apply;
mod apply_lists;
mod apply_order;
mod covers;
mod diff;
mod diff_lists;
mod duplicates;
mod error;
mod json;
mod lookup;
mod order;

pub use covers::covers;
pub use error::{MergeError, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::compare::FieldPath;
use crate::json_go;
use crate::schema::Kind;

/// How a patch is written, and with which content type it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PatchFormat {
    /// Kubernetes' own: lists of objects are merged by a key. For built-in kinds.
    Strategic,
    /// RFC 7386: lists are replaced. For all other kinds.
    JsonMerge,
}

impl PatchFormat {
    /// The `Content-Type` of the PATCH request.
    pub fn content_type(self) -> &'static str {
        match self {
            PatchFormat::Strategic => "application/strategic-merge-patch+json",
            PatchFormat::JsonMerge => "application/merge-patch+json",
        }
    }
}

/// A patch from a live object towards its manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// How `body` is written.
    pub format: PatchFormat,
    /// A JSON object; `{}` when there is nothing to send.
    pub body: Value,
    /// The lists in which entries share a merge key, and which the patch therefore replaces as a whole, where kubectl
    /// would lose entries.
    pub replaced_lists: Vec<FieldPath>,
}

impl Patch {
    /// Whether there is nothing to send; kubectl then reports `unchanged`. The reverse does not hold: see
    /// [`crate::compare::differences`].
    pub fn is_empty(&self) -> bool {
        self.body.as_object().is_none_or(Map::is_empty)
    }
}

/// The patch that kubectl apply sends: what `modified` sets and `current` has otherwise, and the removal of what
/// `original` has and `modified` has not.
///
/// `kind` is from [`crate::schema::builtin`], `None` for a custom kind. `original` and `modified` are from
/// [`crate::last_applied`]; `current` is the live object as the API server returned it.
///
/// # Errors
///
/// [`MergeError`] where kubectl fails, too: a document that is no object, a merged list with mixed entries or without
/// its merge key, an unknown `$patch` directive, a custom object whose kind or name would change. Other than kubectl,
/// fields that the table of built-in kinds does not know are no error: the API server decides about them.
pub fn three_way(
    kind: Option<&Kind>,
    original: Option<&Value>,
    modified: &Value,
    current: &Value,
) -> Result<Patch, MergeError> {
    let empty = Value::Object(Map::new());
    let mut original = object(original.unwrap_or(&empty))?;
    let mut modified = object(modified)?;
    let mut current = object(current)?;
    let Some(kind) = kind.filter(|kind| kind.strategic()) else {
        let body = Value::Object(json::three_way(&original, &modified, &current)?);
        return Ok(Patch { format: PatchFormat::JsonMerge, body, replaced_lists: Vec::new() });
    };
    let node = lookup::Node::root(kind.root());
    let aside = duplicates::set_aside(node, &mut original, &mut modified, &mut current)?;
    let mut body = Value::Object(diff::three_way(&original, &modified, &current, node)?);
    let replaced_lists = aside.put_back(&mut body);
    json_go::reread(&mut body);
    Ok(Patch { format: PatchFormat::Strategic, body, replaced_lists })
}

/// What the API server makes of a patch, before defaults and admission: `live` with the patch applied.
///
/// # Errors
///
/// [`MergeError`] where the API server refuses the patch: a strategic patch for a kind without it, lists with mixed
/// entries or without their merge key, unknown directives.
pub fn apply_patch(kind: Option<&Kind>, live: &Value, patch: &Patch) -> Result<Value, MergeError> {
    let live = object(live)?;
    let body = object(&patch.body)?;
    let mut merged = match (patch.format, kind) {
        (PatchFormat::JsonMerge, _) => json::merge(live, body),
        (PatchFormat::Strategic, Some(kind)) => {
            apply::merge_map(live, body, lookup::Node::root(kind.root()), apply::Side::Server)?
        }
        (PatchFormat::Strategic, None) => return Err(Problem::NoStrategicMerge.into()),
    };
    merged.values_mut().for_each(json_go::reread);
    Ok(Value::Object(merged))
}

/// A document's fields, with its numbers as Go reads them.
fn object(value: &Value) -> Result<Map<String, Value>, MergeError> {
    let Value::Object(map) = value else { return Err(Problem::NotAnObject.into()) };
    let mut map = map.clone();
    map.values_mut().for_each(json_go::normalize);
    Ok(map)
}

#[cfg(test)]
mod tests;
