//! Replacing an object whose immutable field changed: who approves it, and what is created in its place.

use serde_json::Value;

use super::{Change, PlanOptions, Refusal, RefusedBy, apply_items::without_nulls};
use crate::{
    compare::FieldChange, desired::Desired, diagnostic::Place, immutable::ReplaceMethod, last_applied, manifest,
    prune::Contents,
};

/// Manifests that allow their object to be replaced when an immutable field changes.
const ANNOTATION: &str = "landfall.dev/replace";

/// Whether the manifest or the user allows it. What holds data only the user can give up, by its name.
pub(super) fn is_approved(desired: &Desired, method: ReplaceMethod, options: &PlanOptions) -> bool {
    let annotation = desired.value.pointer("/metadata/annotations").and_then(|annotations| annotations.get(ANNOTATION));
    let by_manifest = annotation.is_some_and(|value| value == "allowed") && method != ReplaceMethod::RecreateData;
    by_manifest || options.replace.contains(&desired.id.short())
}

/// The new object. Where the manifest leaves the number of pods to others, it is that of the old one: a StatefulSet that
/// was scaled must not lose the pods that it is to adopt.
pub(super) fn body(desired: &Desired, method: ReplaceMethod, live: &Value) -> Value {
    let (modified, _) = last_applied::annotate(&desired.value);
    let mut body = without_nulls(modified);
    let keeps_pods = matches!(method, ReplaceMethod::Orphan | ReplaceMethod::RecreatePods);
    if let (true, Some(replicas), Some(spec)) =
        (keeps_pods, live.pointer("/spec/replicas"), body.get_mut("spec").and_then(Value::as_object_mut))
    {
        spec.entry("replicas").or_insert_with(|| replicas.clone());
    }
    body
}

/// The refusal of a change of immutable fields, with the ways out.
pub(super) fn refusal(
    desired: &Desired,
    method: ReplaceMethod,
    immutable: &[&FieldChange],
    shown: &[Change],
) -> Refusal {
    let pointer = immutable.first().map(|change| manifest::field_path(&change.path.to_string())).unwrap_or_default();
    let place = Place::Span(desired.origin.source.clone(), desired.origin.locate(&pointer));
    let by_manifest = match method {
        ReplaceMethod::RecreateData => String::new(),
        _ => format!(", or the annotation {ANNOTATION}: allowed"),
    };
    let detail =
        |change: &Change| format!("{}: {} -> {}", change.field, text(change.old.as_ref()), text(change.new.as_ref()));
    let consequence = format!("if it is replaced: {}", method.consequence());
    Refusal {
        by: RefusedBy::Guard,
        message: format!("{} has changes in fields that cannot be changed", desired.id),
        place: Some(place.to_string()),
        details: shown.iter().map(detail).chain([consequence]).collect(),
        remedy: format!("undo the change, or replace it: --replace {}{by_manifest}", desired.id.short()),
    }
}

/// Refuses a replacement, approved or not, that would take more with it than the object, or would never end.
pub(super) fn refuse_harmful(desired: &Desired, live: &Value, contents: Option<&Contents>) -> Option<Refusal> {
    let text = |pointer: &str| live.pointer(pointer).and_then(Value::as_str);
    let (reason, remedy) = match contents {
        Some(Ok(held)) if !held.is_empty() => {
            let some: Vec<String> = held.iter().take(3).map(ToString::to_string).collect();
            (
                format!("it holds objects, which would be deleted with it, such as {}", some.join(", ")),
                "delete those first",
            )
        }
        Some(Err(reason)) => {
            (format!("not all that it may hold could be read: {reason}"), "deploy again when it can be read")
        }
        _ if desired.id.kind == "PersistentVolume" && text("/status/phase") == Some("Bound") => {
            let claim = format!("{}/{}", text("/spec/claimRef/namespace")?, text("/spec/claimRef/name")?);
            (format!("it is bound to the claim {claim}, and would go only with that"), "delete the claim first")
        }
        _ => return None,
    };
    Some(Refusal {
        by: RefusedBy::Guard,
        message: format!("{} cannot be replaced: {reason}", desired.id),
        place: Some(Place::Span(desired.origin.source.clone(), desired.origin.span.clone()).to_string()),
        details: Vec::new(),
        remedy: format!("undo the change, or {remedy}"),
    })
}

fn text(value: Option<&Value>) -> String {
    value.map_or_else(|| "(none)".to_owned(), ToString::to_string)
}
