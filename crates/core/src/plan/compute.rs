//! Computes a plan from what is desired and what is live: no request, no clock.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Action, Change, Item, Plan, PlanOptions, Refusal, RefusedBy, Surroundings, Write, guard, replace, secret};
use crate::{
    batches,
    compare::{self, FieldChange},
    desired::{Desired, DesiredSet},
    diagnostic::Place,
    foreign,
    immutable::{ReplaceMethod, immutable_changes},
    inventory::Inventory,
    last_applied,
    manifest::Origin,
    merge::{self, Patch, PatchFormat},
    object::ObjectId,
    observation::{LiveObject, Observation},
    order::Step,
    prune::{self, Fate, PruneContext},
    schema::{self, Kind},
};

/// The API server allows this many bytes of annotations on one object.
const ANNOTATIONS_LIMIT: usize = 262_144;

/// What a plan is computed from.
pub struct PlanInput<'a> {
    /// The objects of the revision.
    pub desired: &'a DesiredSet,
    /// What the target holds.
    pub observation: &'a Observation,
    /// What the environment put there, where that is known.
    pub inventory: Option<&'a Inventory>,
    /// Other environments, and what is in namespaces and definitions.
    pub surroundings: &'a Surroundings,
    /// The namespace of objects that name none.
    pub default_namespace: &'a str,
    /// The user gave that namespace: nothing outside of it is deleted.
    pub enforce_namespace: bool,
    /// What the user allows.
    pub options: &'a PlanOptions,
}

/// Computes the plan. Its cost grows with the size of the desired objects; an object that is as desired costs one
/// comparison.
pub fn compute(input: &PlanInput<'_>) -> Plan {
    let mut plan = Plan { unseen: input.observation.unseen.clone(), ..Plan::default() };
    let new_namespaces: BTreeSet<&str> = input
        .desired
        .defined_namespaces()
        .into_iter()
        .filter(|name| !input.observation.live.contains_key(&namespace_id(name)))
        .collect();
    for (mut item, refusals) in batches::map(&input.desired.objects, |desired| {
        let mut refusals = Vec::new();
        let live = input.observation.live.get(&desired.id);
        (apply_item(desired, live, input, &mut refusals), refusals)
    }) {
        let namespace = item.id.namespace.as_deref();
        let in_new_namespace = namespace.is_some_and(|namespace| new_namespaces.contains(namespace));
        item.checkable &= !in_new_namespace;
        plan.refusals.extend(refusals);
        plan.items.push(item);
    }
    if input.options.prune {
        prune_items(input, &mut plan);
        guard::refuse_mass_prune(input.options, &mut plan);
    }
    guard::refuse_empty(input.desired, &mut plan);
    warn(input, &mut plan);
    plan.items.sort_by(|a, b| (a.step, &a.id).cmp(&(b.step, &b.id)));
    plan
}

fn namespace_id(name: &str) -> ObjectId {
    ObjectId { group: String::new(), kind: "Namespace".to_owned(), namespace: None, name: name.to_owned() }
}

fn item(id: &ObjectId, desired: Option<&Desired>, live: Option<&LiveObject>, action: Action) -> Item {
    Item {
        id: id.clone(),
        gvk: desired
            .map_or_else(|| live.map(|live| live.gvk.clone()), |desired| Some(desired.gvk.clone()))
            .unwrap_or_else(|| crate::object::Gvk {
                group: id.group.clone(),
                version: String::new(),
                kind: id.kind.clone(),
            }),
        step: Step::of(&id.group_kind()),
        action,
        place: desired.map(|desired| Place::Span(desired.origin.source.clone(), desired.origin.span.clone())),
        uid: live.map(|live| live.uid.clone()),
        notes: Vec::new(),
        checkable: true,
    }
}

fn apply_item(
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
    let (modified, last_applied) = last_applied::annotate(&desired.value);
    let too_large = last_applied.len() > ANNOTATIONS_LIMIT;
    let Some(live) = live else {
        let body = if too_large { desired.value.clone() } else { without_nulls(modified) };
        item.action = Action::Create { body, server_side: too_large };
        return item;
    };
    if !too_large && is_as_applied(desired, &modified, live) {
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
        Ok(None) => {}
        Err(error) => refusals.push(Refusal {
            by: RefusedBy::Target,
            message: format!("No patch can be made for {}: {error}", desired.id),
            place: item.place.as_ref().map(ToString::to_string),
            details: Vec::new(),
            remedy: "correct the manifest; kubectl refuses it in the same way".to_owned(),
        }),
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
    let wanted = Patch { format, body: without_nulls(desired.value.clone()), replaced_lists: Vec::new() };
    let merged = merge::apply_patch(kind.as_ref(), document, &wanted)?;
    let mut changes = compare::differences(kind.as_ref(), document, &merged);
    changes.extend(foreign::dropped_fields(document, &desired.value));
    Ok((!changes.is_empty()).then(|| (Write::ServerSide(desired.value.clone()), changes)))
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

fn prune_items(input: &PlanInput<'_>, plan: &mut Plan) {
    let desired: BTreeSet<&ObjectId> = input.desired.objects.iter().map(|desired| &desired.id).collect();
    let mut namespaces = input.desired.namespaces();
    namespaces.insert(input.default_namespace.to_owned());
    namespaces.extend(input.inventory.into_iter().flat_map(Inventory::namespaces));
    let place = |origin: &Origin| Place::Span(origin.source.clone(), origin.span.clone()).to_string();
    let left_out = input.desired.left_out.iter().map(|(id, origin)| (id.clone(), place(origin))).collect();
    let context = PruneContext {
        desired: &desired,
        observation: input.observation,
        inventory: input.inventory,
        claims: &input.surroundings.claims,
        namespaces: &namespaces,
        approved: &input.options.allow_prune,
        contents: &input.surroundings.contents,
        left_out: &left_out,
        own_namespace: input.default_namespace,
        only_own_namespace: input.enforce_namespace,
    };
    for (id, live) in input.observation.live.iter().filter(|(id, _)| !desired.contains(id)) {
        let Ok(document) = live.parse() else {
            plan.warnings.push(format!("{id} is left: the target's answer for it is no JSON"));
            continue;
        };
        match prune::fate(live, &document, &context) {
            Fate::Prune => plan.items.push(item(id, None, Some(live), Action::Prune)),
            Fate::Keep(keep) => plan.items.push(item(id, None, Some(live), Action::Keep(keep))),
            Fate::Leaving(reason) => plan.warnings.push(format!("{id} is left: {reason}")),
            Fate::Owned => {}
            Fate::NotOurs(reason) => plan.warnings.push(format!("{id} carries the label, but is left: {reason}")),
        }
    }
}

fn warn(input: &PlanInput<'_>, plan: &mut Plan) {
    let left_out = &input.desired.left_out;
    if let Some((id, origin)) = left_out.first() {
        let place = Place::Span(origin.source.clone(), origin.span.clone());
        plan.warnings.push(format!(
            "{} of {} manifests do not carry the label of the selector and are left out, such as {} at {place}",
            left_out.len(),
            left_out.len() + input.desired.objects.len(),
            id.short(),
        ));
    }
    if input.options.prune {
        plan.warnings.extend(unseen_warnings(input));
    }
}

/// What is said of kinds that could not be read: of each that the environment has objects of, and of all others, which
/// are many for a user of one namespace, in one line.
fn unseen_warnings(input: &PlanInput<'_>) -> Vec<String> {
    let kinds = input.inventory.map(Inventory::kinds).unwrap_or_default();
    let (recorded, others): (Vec<_>, Vec<_>) =
        input.observation.unseen.iter().partition(|unseen| kinds.contains(&unseen.kind));
    let mut warnings: Vec<String> = recorded
        .iter()
        .map(|unseen| {
            let place =
                unseen.namespace.as_ref().map_or_else(String::new, |namespace| format!(" in namespace {namespace}"));
            format!("{}{place} could not be read, so that none is pruned: {}", unseen.kind, unseen.reason)
        })
        .collect();
    let names: BTreeSet<String> = others.iter().map(|unseen| unseen.kind.to_string()).collect();
    if !names.is_empty() {
        let some: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
        warnings.push(format!("kinds that may not be read are not pruned, such as {}", some.join(", ")));
    }
    warnings
}
