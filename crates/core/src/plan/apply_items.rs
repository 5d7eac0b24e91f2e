//! What becomes of an object that the revision has.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Action, Change, Item, Refusal, RefusedBy, Write,
    compute::{PlanInput, item},
    replace, secret,
};
use crate::{
    compare::{self, FieldChange},
    desired::Desired,
    foreign,
    immutable::{ReplaceMethod, immutable_changes},
    last_applied,
    merge::{self, Patch, PatchFormat},
    object::ObjectId,
    observation::LiveObject,
    schema::{self, Kind},
};

/// The API server allows this many bytes of annotations on one object.
const ANNOTATIONS_LIMIT: usize = 262_144;

pub(super) fn apply_item(
    desired: &Desired,
    live: Option<&LiveObject>,
    input: &PlanInput<'_>,
    refusals: &mut Vec<Refusal>,
) -> Item {
    let mut item = item(&desired.id, Some(desired), live, Action::Unchanged);
    item.checkable = !desired.pending_kind;
    if let Some(environment) = input.surroundings.claims.get(&desired.id) {
        refusals.push(Refusal {
            by: RefusedBy::Guard,
            message: format!("{} belongs to {environment}", desired.id),
            place: item.place.as_ref().map(ToString::to_string),
            details: Vec::new(),
            remedy:
                "remove it from one of the two, or give the two different names or namespaces; if that environment \
                     is no more, delete its record"
                    .to_owned(),
        });
        return item;
    }
    let (modified, last_applied) = last_applied::annotate_owned(desired.value.unpacked());
    let too_large = last_applied.len() > ANNOTATIONS_LIMIT;
    let Some(live) = live else {
        let body = if too_large { desired.value.unpacked() } else { without_nulls(modified) };
        item.action = Action::Create { body, server_side: too_large };
        return item;
    };
    if !too_large && is_as_applied(desired, &modified, live) {
        item.action = Action::repair_or_unchanged(live);
        return item;
    }
    let document = match live.parse() {
        Ok(document) => document,
        Err(error) => {
            refusals.push(unreadable(&item, &error));
            return item;
        }
    };
    if document.pointer("/metadata/deletionTimestamp").is_some() {
        item.notes.push(
            "it is being deleted: what is applied now goes with it, and the next deploy creates it again".to_owned(),
        );
    }
    let server_side = too_large || uses_server_side_apply(&document);
    let planned = if server_side {
        server_side_write(desired, &document)
    } else {
        patch_write(desired, &modified, &document, &mut item)
    };
    match planned {
        Ok(Some((write, changes))) => decide(desired, &document, write, changes, input, &mut item, refusals),
        Ok(None) => item.action = Action::repair_or_unchanged(live),
        Err(error) => refusals.push(Refusal {
            by: RefusedBy::Target,
            message: format!("No patch can be made for {}: {error}", desired.id),
            place: item.place.as_ref().map(ToString::to_string),
            details: Vec::new(),
            remedy: "correct the manifest; kubectl refuses it in the same way".to_owned(),
        }),
    }
    if matches!(item.action, Action::Update { .. }) {
        item.notes.extend(live.drift.iter().cloned());
    }
    item
}

/// The usual case in a fraction of the time of all rules: last applied from this manifest, and everything of it is live.
fn is_as_applied(desired: &Desired, modified: &Value, live: &LiveObject) -> bool {
    let Ok(document) = live.parse_without_managed_fields() else { return false };
    let is_leaving = document.pointer("/metadata/deletionTimestamp").is_some();
    let kind = schema::builtin().lookup(&desired.gvk);
    let covered = !is_leaving && merge::covers(kind.as_ref(), modified, &document);
    debug_assert!(!covered || needs_no_patch(desired, modified, live), "{} is covered, but has a patch", desired.id);
    covered
}

/// What [`is_as_applied`] spares, for its check in tests.
fn needs_no_patch(desired: &Desired, modified: &Value, live: &LiveObject) -> bool {
    let Ok(document) = live.parse() else { return false };
    let mut item = item(&desired.id, Some(desired), Some(live), Action::Unchanged);
    !uses_server_side_apply(&document)
        && patch_write(desired, modified, &document, &mut item).is_ok_and(|write| write.is_none())
        && item.notes.is_empty()
}

fn unreadable(item: &Item, error: &serde_json::Error) -> Refusal {
    Refusal {
        by: RefusedBy::Target,
        message: format!("The target's answer for {} is no JSON: {error}", item.id),
        place: None,
        details: Vec::new(),
        remedy: "try again; if it stays, look at what stands between here and the target, such as a proxy".to_owned(),
    }
}

/// Applied with `kubectl apply --server-side` and without the annotation of client-side apply: a patch by the
/// annotation could never remove a field of it.
fn uses_server_side_apply(document: &Value) -> bool {
    foreign::is_server_side_applied(document)
        && document.pointer("/metadata/annotations").and_then(|a| a.get(last_applied::ANNOTATION)).is_none()
}

type Planned = Result<Option<(Write, Vec<FieldChange>)>, merge::MergeError>;

fn patch_write(desired: &Desired, modified: &Value, document: &Value, item: &mut Item) -> Planned {
    let kind = schema::builtin().lookup(&desired.gvk);
    let original = match last_applied::original(document) {
        Ok(Some(original)) => Some(original),
        Ok(None) => {
            item.notes.push("it was not created by apply: fields that only the live object has stay".to_owned());
            None
        }
        Err(error) => {
            item.notes.push(format!(
                "its last-applied annotation is damaged ({error}): fields that only the live object has stay"
            ));
            None
        }
    };
    let patch = merge::three_way(kind.as_ref(), original.as_ref(), modified, document)?;
    if patch.is_empty() {
        return Ok(None);
    }
    let merged = merge::apply_patch(kind.as_ref(), document, &patch)?;
    let changes = compare::differences(kind.as_ref(), document, &merged);
    if changes.is_empty() {
        return Ok(None);
    }
    for list in &patch.replaced_lists {
        item.notes.push(format!(
            "entries of {list} share a merge key: the whole list is replaced by the manifest's, where kubectl would lose entries"
        ));
    }
    Ok(Some((Write::Patch(patch), changes)))
}

fn server_side_write(desired: &Desired, document: &Value) -> Planned {
    let kind = schema::builtin().lookup(&desired.gvk);
    let format =
        if kind.as_ref().is_some_and(Kind::strategic) { PatchFormat::Strategic } else { PatchFormat::JsonMerge };
    let wanted = Patch { format, body: without_nulls(desired.value.unpacked()), replaced_lists: Vec::new() };
    let merged = merge::apply_patch(kind.as_ref(), document, &wanted)?;
    let mut changes = compare::differences(kind.as_ref(), document, &merged);
    changes.extend(foreign::dropped_fields(document, &desired.value));
    Ok((!changes.is_empty()).then(|| (Write::ServerSide(desired.value.unpacked()), changes)))
}

/// Makes of a difference an update, or a replacement where an immutable field is among it.
fn decide(
    desired: &Desired,
    document: &Value,
    write: Write,
    changes: Vec<FieldChange>,
    input: &PlanInput<'_>,
    item: &mut Item,
    refusals: &mut Vec<Refusal>,
) {
    let kind = desired.id.group_kind();
    let shown = |changes: &[&FieldChange]| changes.iter().map(|change| show(&desired.id, change)).collect::<Vec<_>>();
    let immutable = immutable_changes(&kind, document, &changes);
    if immutable.is_empty() {
        let all: Vec<&FieldChange> = changes.iter().collect();
        let foreign = changes.iter().filter_map(|change| foreign::foreign_owner(document, &change.path)).collect();
        item.action = Action::Update { patch: write, changes: shown(&all), foreign };
        return;
    }
    let method = ReplaceMethod::of(&kind, document, &desired.value);
    if !replace::is_approved(desired, method, input.options) {
        refusals.push(replace::refusal(desired, method, &immutable, &shown(&immutable)));
    }
    refusals.extend(replace::refuse_harmful(desired, document, input.surroundings.contents.get(&desired.id)));
    let fields: BTreeSet<String> = immutable.iter().map(|change| change.path.to_string()).collect();
    let fields = fields.into_iter().collect::<Vec<_>>().join(", ");
    item.notes.push(format!("replaced, since {fields} cannot be changed: {}", method.consequence()));
    let is_record = |change: &&FieldChange| change.path.to_string().contains(last_applied::ANNOTATION);
    let all: Vec<&FieldChange> = changes.iter().filter(|change| !is_record(change)).collect();
    item.action = Action::Replace { method, body: replace::body(desired, method, document), changes: shown(&all) };
}

/// A change in a form that may be shown.
fn show(id: &ObjectId, change: &FieldChange) -> Change {
    let field = change.path.to_string();
    // The annotation repeats the whole manifest: a Secret's values would be in it, and for others it is only noise.
    let hidden =
        secret::holds_secret(&id.group_kind()) && !secret::is_open(&field) || field.contains(last_applied::ANNOTATION);
    let value =
        |value: &Option<Value>| value.as_ref().map(|value| if hidden { secret::hide(value) } else { value.clone() });
    Change { old: value(&change.old), new: value(&change.new), field }
}

/// kubectl leaves nulls out when it creates an object, but keeps them in the annotation.
pub(super) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}
