//! Asks the API server whether it would accept a change: the same request as the real one, as a dry run.

use landfall_core::{
    catalog::ServedKind,
    plan::{Action, CheckFault, CheckOutcome, Item},
};
use landfall_deploy::target::TargetError;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::{
    carry_out::{self, DryRun},
    http::{Api, CallError},
};

/// Sends an item as a dry run. A deletion is asked about, too: whoever may not delete must know before the first write.
///
/// # Errors
/// Where the server does not answer; a refusal is no error.
pub async fn check(api: &Api, item: &Item, kind: &ServedKind) -> Result<CheckOutcome, TargetError> {
    let call = match &item.action {
        Action::Create { body, server_side: false } => carry_out::create_call(item, kind, body, DryRun::Yes),
        Action::Create { body, server_side: true } => carry_out::server_side_call(item, kind, body, DryRun::Yes),
        Action::Update { patch, .. } => carry_out::patch_call(item, kind, patch, DryRun::Yes),
        Action::Replace { body, .. } => match check_deletion(api, item, kind).await? {
            CheckOutcome::Accepted(_) if can_be_renamed(item) => {
                carry_out::create_call(item, kind, &renamed(body), DryRun::Yes)
            }
            outcome => return Ok(outcome),
        },
        Action::Prune => return check_deletion(api, item, kind).await,
        Action::Repair { .. } | Action::Unchanged | Action::Keep(_) => {
            return Ok(CheckOutcome::Accepted(Box::default()));
        }
    };
    // Only an update is compared with what is live.
    let call = if matches!(item.action, Action::Update { .. }) { call } else { carry_out::metadata_only(api, call) };
    match api.call(call).await {
        Ok(answer) => match result(item, &answer.body) {
            Ok(object) => {
                // A replacement is asked about under another name.
                if !matches!(item.action, Action::Replace { .. }) {
                    api.answers.keep(&item.id, answer.body);
                }
                Ok(CheckOutcome::Accepted(Box::new(object)))
            }
            Err(error) => {
                Err(TargetError::Other(format!("The answer to the check of {} cannot be read: {error}", item.id)))
            }
        },
        Err(CallError::Status(status)) if status.is_already_exists() => Ok(CheckOutcome::Exists),
        Err(error) => refused(item, error),
    }
}

async fn check_deletion(api: &Api, item: &Item, kind: &ServedKind) -> Result<CheckOutcome, TargetError> {
    match api.call(carry_out::delete_call(item, kind, "Background", DryRun::Yes)).await {
        Ok(_) => Ok(CheckOutcome::Accepted(Box::default())),
        Err(CallError::Status(status)) if status.code == 404 => Ok(CheckOutcome::Accepted(Box::default())),
        Err(CallError::Status(status)) if status.code == 409 => {
            let message = "somebody deleted and created it while this plan was made; run again".to_owned();
            Ok(CheckOutcome::Refused(CheckFault { message, causes: Vec::new(), code: 409 }))
        }
        Err(error) => refused(item, error),
    }
}

fn refused(item: &Item, error: CallError) -> Result<CheckOutcome, TargetError> {
    match error {
        // A webhook with side effects cannot be asked; the real request will be.
        CallError::Status(status) if status.message.contains("does not support dry run") => {
            Ok(CheckOutcome::Accepted(Box::default()))
        }
        CallError::Status(status) if matches!(status.code, 400 | 403 | 404 | 409 | 413 | 415 | 422) => {
            Ok(CheckOutcome::Refused(status.fault()))
        }
        error => Err(error.into_target_error(&format!("Checking {}", item.id))),
    }
}

/// Whether the name of an object may be another one: that of an IPAddress is the address.
fn can_be_renamed(item: &Item) -> bool {
    item.id.kind != "IPAddress"
}

/// The object as it would be. Only an update needs to know it; of all others it is enough that the server understood.
fn result(item: &Item, body: &[u8]) -> serde_json::Result<Value> {
    match item.action {
        Action::Update { .. } => serde_json::from_slice(body),
        _ => serde_json::from_slice::<IgnoredAny>(body).map(|_| Value::Null),
    }
}

/// The object under another name, without what there can be only one of: the one to be replaced still has its own.
fn renamed(body: &Value) -> Value {
    let mut body = body.clone();
    let kind = body.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = body.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let mut name: String =
        name.chars().take(40).collect::<String>().trim_end_matches(['.', '-', ':']).to_owned() + "-check";
    match kind.as_str() {
        "Service" => release_addresses(&mut body),
        "PriorityClass" => set(&mut body, "/globalDefault", json!(false)),
        // Its name is made of its plural and group.
        "CustomResourceDefinition" => {
            let plural =
                body.pointer("/spec/names/plural").and_then(Value::as_str).unwrap_or_default().to_owned() + "check";
            let group = body.pointer("/spec/group").and_then(Value::as_str).unwrap_or_default();
            name = format!("{plural}.{group}");
            set(&mut body, "/spec/names/plural", json!(plural));
        }
        _ => {}
    }
    set(&mut body, "/metadata/name", json!(name));
    body
}

fn set(body: &mut Value, pointer: &str, value: Value) {
    if let Some(found) = body.pointer_mut(pointer) {
        *found = value;
    }
}

fn release_addresses(body: &mut Value) {
    let Some(spec) = body.get_mut("spec").and_then(Value::as_object_mut) else { return };
    for field in ["clusterIP", "clusterIPs"] {
        if spec.get(field).is_some_and(|value| value != "None") {
            spec.remove(field);
        }
    }
    spec.remove("healthCheckNodePort");
    for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(port) = port.as_object_mut() {
            port.remove("nodePort");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_name_is_a_valid_one_and_takes_nothing_from_the_old_object() {
        for (body, expected) in [
            (
                json!({"kind": "ConfigMap", "metadata": {"name": "a.very.long.name.that.has.a.dot.after.it.x"}}),
                json!({"kind": "ConfigMap", "metadata": {"name": "a.very.long.name.that.has.a.dot.after.it-check"}}),
            ),
            (
                json!({"kind": "PriorityClass", "metadata": {"name": "a"}, "globalDefault": true}),
                json!({"kind": "PriorityClass", "metadata": {"name": "a-check"}, "globalDefault": false}),
            ),
            (
                json!({"kind": "CustomResourceDefinition", "metadata": {"name": "as.b.io"}, "spec": {"group": "b.io", "names": {"plural": "as"}}}),
                json!({"kind": "CustomResourceDefinition", "metadata": {"name": "ascheck.b.io"}, "spec": {"group": "b.io", "names": {"plural": "ascheck"}}}),
            ),
            (
                json!({"kind": "Service", "metadata": {"name": "a"}, "spec": {"clusterIP": "10.0.0.1", "ports": [{"port": 1, "nodePort": 30000}]}}),
                json!({"kind": "Service", "metadata": {"name": "a-check"}, "spec": {"ports": [{"port": 1}]}}),
            ),
        ] {
            assert_eq!(renamed(&body), expected);
        }
    }
}
