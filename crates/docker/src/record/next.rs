//! What an item of a plan makes of a record. Pure: no I/O, no clock of its own.

use landfall_core::{
    merge,
    plan::{Action, Item, Write},
    schema,
};
use landfall_deploy::target::TargetError;
use serde_json::Value;

use super::Record;

/// The version of a record that an item asks for. `known` is the record as it was read; `now` is the time by the
/// engine's clock.
///
/// # Errors
/// Where the object is there though it should be created, or is another one than was observed; where the patch does not
/// fit it.
pub fn next(item: &Item, known: Option<&Record>, environment: &str, now: String) -> Result<Record, TargetError> {
    let mut record = version(item, known, environment, now)?;
    record.environment = environment.to_owned();
    Ok(record)
}

fn version(item: &Item, known: Option<&Record>, environment: &str, now: String) -> Result<Record, TargetError> {
    match (&item.action, known) {
        (Action::Create { body, .. }, Some(known)) if !is_from(known, body) => {
            Err(TargetError::Conflict(format!("{} was not created: somebody else has created it", item.id)))
        }
        (Action::Create { body, .. } | Action::Replace { body, .. }, Some(known)) => {
            Ok(known.next(item.gvk.clone(), stored(body)))
        }
        (Action::Create { body, .. } | Action::Replace { body, .. }, None) => {
            Ok(Record::new(item.id.clone(), item.gvk.clone(), environment, stored(body), now))
        }
        (Action::Update { .. }, Some(known)) if item.uid.as_ref().is_some_and(|uid| *uid != known.uid) => {
            Err(TargetError::Conflict(format!(
                "{} was not changed: somebody deleted and created it since it was observed",
                item.id
            )))
        }
        (Action::Update { patch, .. }, Some(known)) => {
            Ok(known.next(item.gvk.clone(), patched(item, &known.document, patch)?))
        }
        (Action::Repair { .. } | Action::Unchanged | Action::Prune | Action::Keep(_), Some(known)) => Ok(known.clone()),
        (_, None) => Err(TargetError::Conflict(format!("{} is not there any more", item.id))),
    }
}

/// Whether a record carries just the configuration that is to be created: a rerun after the answer was lost.
fn is_from(known: &Record, body: &Value) -> bool {
    without_status(&known.document) == stored(body)
}

fn patched(item: &Item, document: &Value, write: &Write) -> Result<Value, TargetError> {
    match write {
        Write::ServerSide(body) => Ok(stored(body)),
        Write::Patch(patch) => {
            let kind = schema::builtin().lookup(&item.gvk);
            let mut full = document.clone();
            // What a patch may compare itself with.
            full["apiVersion"] = item.gvk.api_version().into();
            full["kind"] = item.gvk.kind.clone().into();
            let patched = merge::apply_patch(kind.as_ref(), &full, patch);
            patched
                .map(|patched| stored(&patched))
                .map_err(|error| TargetError::Other(format!("The change of {} cannot be made: {error}", item.id)))
        }
    }
}

/// A document as it is recorded: what the record itself says is left out.
fn stored(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(object) = document.as_object_mut() {
        object.remove("apiVersion");
        object.remove("kind");
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            for field in ["uid", "generation", "resourceVersion", "creationTimestamp", "managedFields"] {
                metadata.remove(field);
            }
        }
    }
    document
}

fn without_status(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(object) = document.as_object_mut() {
        object.remove("status");
    }
    document
}
