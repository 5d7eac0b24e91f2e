//! Asks the API server whether it would accept a change: the same request as the real one, as a dry run.

use landfall_core::{
    catalog::ServedKind,
    plan::{Action, CheckOutcome, Item},
};
use landfall_deploy::target::TargetError;
use serde_json::Value;

use crate::{
    carry_out::{self, DryRun},
    http::{Api, CallError},
};

/// Sends an item as a dry run.
///
/// # Errors
/// Where the server does not answer; a refusal is no error.
pub async fn check(api: &Api, item: &Item, kind: &ServedKind) -> Result<CheckOutcome, TargetError> {
    let call = match &item.action {
        Action::Create { body, server_side: false } => carry_out::create_call(item, kind, body, DryRun::Yes),
        Action::Create { body, server_side: true } => carry_out::server_side_call(item, kind, body, DryRun::Yes),
        Action::Update { patch, .. } => carry_out::patch_call(item, kind, patch, DryRun::Yes),
        Action::Replace { body, .. } => carry_out::create_call(item, kind, &renamed(body), DryRun::Yes),
        Action::Unchanged | Action::Prune | Action::Keep(_) => return Ok(CheckOutcome::Accepted(Box::default())),
    };
    match api.call(call).await {
        Ok(answer) => match serde_json::from_slice(&answer.body) {
            Ok(object) => Ok(CheckOutcome::Accepted(Box::new(object))),
            Err(error) => {
                Err(TargetError::Other(format!("The answer to the check of {} cannot be read: {error}", item.id)))
            }
        },
        Err(CallError::Status(status)) if status.is_already_exists() => Ok(CheckOutcome::Exists),
        // A webhook with side effects cannot be asked; the real request will be.
        Err(CallError::Status(status)) if status.message.contains("does not support dry run") => {
            Ok(CheckOutcome::Accepted(Box::default()))
        }
        Err(CallError::Status(status)) if matches!(status.code, 400 | 403 | 404 | 409 | 413 | 415 | 422) => {
            Ok(CheckOutcome::Refused(status.fault()))
        }
        Err(error) => Err(error.into_target_error(&format!("Checking {}", item.id))),
    }
}

/// The object under another name: the one to be replaced still has its own.
fn renamed(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(metadata) = body.get_mut("metadata").and_then(Value::as_object_mut) {
        let name = metadata.get("name").and_then(Value::as_str).unwrap_or_default();
        let name: String = name.chars().take(40).collect();
        metadata.insert("name".to_owned(), format!("{name}-check").into());
    }
    // The addresses of a Service are still in use by the one to be replaced.
    if body.get("kind").and_then(Value::as_str) == Some("Service")
        && let Some(spec) = body.get_mut("spec").and_then(Value::as_object_mut)
    {
        for field in ["clusterIP", "clusterIPs"] {
            if spec.get(field).is_some_and(|value| value != "None") {
                spec.remove(field);
            }
        }
        for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(port) = port.as_object_mut() {
                port.remove("nodePort");
            }
        }
    }
    body
}
