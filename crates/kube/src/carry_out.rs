//! Carries out one item of a plan, with the requests that kubectl would send.

use ::http::Method;
use landfall_core::{
    catalog::ServedKind,
    foreign::{APPLY_MANAGER, SERVER_SIDE_MANAGER},
    last_applied::ANNOTATION,
    plan::{Action, Item, Write, conceal, holds_secret},
};
use landfall_deploy::target::{Carried, TargetError};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    http::{Answer, Api, Call, CallError},
    path, replace,
};

/// The metadata of what was written. Servers of other people's kinds may only know how to answer with all of it.
const METADATA: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

/// Whether the server only says what it would do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum DryRun {
    /// Nothing is stored.
    Yes,
    /// It is done.
    No,
}

#[derive(Deserialize)]
struct Written {
    metadata: WrittenMetadata,
}

#[derive(Deserialize)]
struct WrittenMetadata {
    uid: String,
    generation: Option<i64>,
}

/// Does what an item says.
///
/// # Errors
/// The server's refusal, with the values of Secrets hidden.
pub async fn carry_out(api: &Api, item: &Item, kind: &ServedKind) -> Result<Carried, TargetError> {
    match &item.action {
        Action::Create { body, server_side: false } => create(api, item, kind, body).await,
        Action::Create { body, server_side: true } => {
            let answer = api.call(metadata_only(api, server_side_call(item, kind, body, DryRun::No))).await;
            carried(api, item, body, answer)
        }
        Action::Update { patch, .. } => {
            let answer = api.call(metadata_only(api, patch_call(item, kind, patch, DryRun::No))).await;
            let body = match patch {
                Write::Patch(patch) => &patch.body,
                Write::ServerSide(body) => body,
            };
            carried(api, item, body, answer)
        }
        Action::Replace { method, body, .. } => {
            replace::remove_old(api, item, kind, *method).await?;
            create(api, item, kind, body).await
        }
        Action::Prune => prune(api, item, kind).await,
        // A cluster's controllers put right by themselves what does not match.
        Action::Repair { .. } | Action::Unchanged | Action::Keep(_) => {
            Ok(Carried { uid: item.uid.clone(), ..Carried::default() })
        }
    }
}

/// Creates an object. Where the request has to be sent again because the answer was lost, the object may be there
/// already, created by the first one.
pub async fn create(api: &Api, item: &Item, kind: &ServedKind, body: &Value) -> Result<Carried, TargetError> {
    let answer = api.call(metadata_only(api, create_call(item, kind, body, DryRun::No))).await;
    if let Err(CallError::Status(status)) = &answer
        && status.is_already_exists()
        && let Ok(existing) = api.call(Call::get(path::object(kind, &item.id))).await
        && is_from(&existing, body)
    {
        return carried(api, item, body, Ok(existing));
    }
    carried(api, item, body, answer)
}

/// A write of which only the metadata are needed, unless somebody wants to see the objects: the rest would cost the server and
/// us for nothing, and a Secret need not come back.
pub fn metadata_only(api: &Api, call: Call) -> Call {
    if api.answers.are_kept() { call } else { call.accept(METADATA) }
}

/// Whether an object that exists carries just the configuration that we wanted to create.
fn is_from(existing: &Answer, body: &Value) -> bool {
    let annotation = |object: &Value| object.get("metadata")?.get("annotations")?.get(ANNOTATION).cloned();
    let existing: Option<Value> = serde_json::from_slice(&existing.body).ok();
    existing.is_some_and(|existing| annotation(&existing).is_some() && annotation(&existing) == annotation(body))
}

fn carried(api: &Api, item: &Item, sent: &Value, answer: Result<Answer, CallError>) -> Result<Carried, TargetError> {
    let hide = |text: String| if holds_secret(&item.id.group_kind()) { conceal(&text, sent) } else { text };
    match answer {
        Ok(answer) => {
            let written: Option<Written> = serde_json::from_slice(&answer.body).ok();
            api.answers.keep(&item.id, answer.body);
            Ok(Carried {
                generation: written.as_ref().and_then(|written| written.metadata.generation),
                uid: written.map(|written| written.metadata.uid),
                warnings: answer.warnings.into_iter().map(hide).collect(),
            })
        }
        Err(CallError::Status(mut status)) => {
            status.message = hide(status.message);
            match CallError::Status(status).of_write(&format!("Applying {}", item.id)) {
                TargetError::Refused(fault) => Err(TargetError::Refused(item.conceal(fault, sent))),
                error => Err(error),
            }
        }
        Err(error) => Err(error.into_target_error(&format!("Applying {}", item.id))),
    }
}

/// The POST of an object.
pub fn create_call(item: &Item, kind: &ServedKind, body: &Value, dry_run: DryRun) -> Call {
    let collection = path::collection(kind, item.id.namespace.as_deref());
    Call::new(Method::POST, write_path(&collection, APPLY_MANAGER, dry_run), body.to_string().into_bytes())
}

/// The PATCH of an object.
pub fn patch_call(item: &Item, kind: &ServedKind, write: &Write, dry_run: DryRun) -> Call {
    match write {
        Write::Patch(patch) => {
            let path = write_path(&path::object(kind, &item.id), APPLY_MANAGER, dry_run);
            Call::new(Method::PATCH, path, patch.body.to_string().into_bytes())
                .content_type(patch.format.content_type())
        }
        Write::ServerSide(body) => server_side_call(item, kind, body, dry_run),
    }
}

/// The PATCH of a server-side apply. Fields of others are taken over, as client-side apply does; the plan names them.
pub fn server_side_call(item: &Item, kind: &ServedKind, body: &Value, dry_run: DryRun) -> Call {
    let path = format!("{}&force=true", write_path(&path::object(kind, &item.id), SERVER_SIDE_MANAGER, dry_run));
    Call::new(Method::PATCH, path, body.to_string().into_bytes()).content_type("application/apply-patch+yaml")
}

fn write_path(path: &str, manager: &str, dry_run: DryRun) -> String {
    let mut query = vec![("fieldManager", manager), ("fieldValidation", "Strict")];
    if dry_run == DryRun::Yes {
        query.push(("dryRun", "All"));
    }
    path::with_query(path, &query)
}

/// Deletes an object, if it is still the one that was observed.
async fn prune(api: &Api, item: &Item, kind: &ServedKind) -> Result<Carried, TargetError> {
    let answer = api.call(delete_call(item, kind, "Background", DryRun::No)).await;
    match answer {
        Ok(_) => Ok(Carried::default()),
        Err(CallError::Status(status)) if status.code == 404 => Ok(Carried::default()),
        Err(CallError::Status(status)) if status.code == 409 => Err(TargetError::Conflict(format!(
            "{} was not pruned: somebody deleted and created it since it was observed",
            item.id
        ))),
        Err(error) => Err(error.into_target_error(&format!("Pruning {}", item.id))),
    }
}

/// The DELETE of just the object that was observed.
pub fn delete_call(item: &Item, kind: &ServedKind, propagation: &str, dry_run: DryRun) -> Call {
    let mut options = json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation});
    if let Some(uid) = &item.uid {
        options["preconditions"] = json!({"uid": uid});
    }
    let mut path = path::object(kind, &item.id);
    if dry_run == DryRun::Yes {
        // The server goes by the body, where there is one; who reads its log or stands in between sees the query.
        options["dryRun"] = json!(["All"]);
        path = path::with_query(&path, &[("dryRun", "All")]);
    }
    Call::new(Method::DELETE, path, options.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use landfall_core::object::{GroupKind, Gvk, ObjectId};

    use super::*;

    #[test]
    fn a_deletion_is_of_the_observed_object_and_its_dry_run_is_one() {
        let id = ObjectId {
            group: String::new(),
            kind: "ConfigMap".into(),
            namespace: Some("prod".into()),
            name: "a".into(),
        };
        let gvk = Gvk::new("v1", "ConfigMap");
        let kind = ServedKind { gvk: gvk.clone(), plural: "configmaps".into(), namespaced: true, prunable: true };
        let step = landfall_core::order::Step::of(&GroupKind::new("", "ConfigMap"));
        let item = Item {
            id,
            gvk,
            step,
            action: Action::Prune,
            place: None,
            uid: Some("u1".into()),
            notes: Vec::new(),
            checkable: true,
            settled: false,
        };
        let sent = |dry_run| {
            let call = delete_call(&item, &kind, "Background", dry_run);
            (call.path, serde_json::from_slice::<Value>(&call.body).unwrap())
        };
        let body = json!({"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background", "preconditions": {"uid": "u1"}});
        assert_eq!(sent(DryRun::No), ("/api/v1/namespaces/prod/configmaps/a".to_owned(), body.clone()));
        let mut dry = body;
        // A server that is sent a body takes no notice of the query.
        dry["dryRun"] = json!(["All"]);
        assert_eq!(sent(DryRun::Yes), ("/api/v1/namespaces/prod/configmaps/a?dryRun=All".to_owned(), dry));
    }
}
