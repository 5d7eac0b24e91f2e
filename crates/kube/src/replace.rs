//! Removes an object that is to be created anew because an immutable field changed.

use std::time::Duration;

use landfall_core::{catalog::ServedKind, immutable::ReplaceMethod, plan::Item};
use landfall_deploy::target::TargetError;
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    carry_out::{DryRun, delete_call},
    http::{Api, Call, CallError},
    path,
};

/// How long an object may take to go: finalizers and the garbage collector have their own pace.
const GONE_WITHIN: Duration = Duration::from_secs(120);

/// Deletes the object and waits until its name is free. With [`ReplaceMethod::Orphan`] what it owns stays.
///
/// # Errors
/// Where it is another object than the observed one by now, or does not go.
pub async fn remove_old(api: &Api, item: &Item, kind: &ServedKind, method: ReplaceMethod) -> Result<(), TargetError> {
    let propagation = match method {
        ReplaceMethod::Orphan => "Orphan",
        ReplaceMethod::RecreatePods | ReplaceMethod::Recreate | ReplaceMethod::RecreateData => "Background",
    };
    match api.call(delete_call(item, kind, propagation, DryRun::No)).await {
        Ok(_) => {}
        Err(CallError::Status(status)) if status.code == 404 => return Ok(()),
        Err(error) => return Err(error.into_target_error(&format!("Replacing {}", item.id))),
    }
    wait_until_gone(api, item, kind).await
}

async fn wait_until_gone(api: &Api, item: &Item, kind: &ServedKind) -> Result<(), TargetError> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(5);
    loop {
        let finalizers = match api.call(Call::get(path::object(kind, &item.id))).await {
            Err(CallError::Status(status)) if status.code == 404 => return Ok(()),
            Err(error) => return Err(error.into_target_error(&format!("Waiting for the end of {}", item.id))),
            Ok(answer) => finalizers(&answer.body),
        };
        if started.elapsed() > GONE_WITHIN {
            return Err(TargetError::Other(format!(
                "{} was deleted to be replaced, but is still there after {} s (finalizers: {finalizers}); when it has gone, deploy again to create it",
                item.id,
                GONE_WITHIN.as_secs(),
            )));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(500));
    }
}

fn finalizers(body: &[u8]) -> String {
    let object: Value = serde_json::from_slice(body).unwrap_or_default();
    let names = object.pointer("/metadata/finalizers").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}
