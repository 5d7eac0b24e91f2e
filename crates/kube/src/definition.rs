//! Waits until a definition that was just applied is served, so that its objects can follow.

use std::time::Duration;

use landfall_core::{
    catalog::ServedKind,
    object::{Gvk, ObjectId},
};
use landfall_deploy::target::TargetError;
use serde::Deserialize;
use tokio::time::Instant;

use crate::{
    http::{Api, Call, CallError},
    path,
};

const SERVED_WITHIN: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
struct Definition {
    spec: Spec,
    #[serde(default)]
    status: Status,
}

#[derive(Deserialize)]
struct Spec {
    group: String,
    names: Names,
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Names {
    plural: String,
    kind: String,
}

#[derive(Deserialize)]
struct Version {
    name: String,
    served: bool,
}

#[derive(Deserialize, Default)]
struct Status {
    /// Null in the first moments of a definition.
    #[serde(default)]
    conditions: Option<Vec<Condition>>,
}

#[derive(Deserialize)]
struct Condition {
    r#type: String,
    status: String,
    #[serde(default)]
    message: String,
}

/// Waits until the server accepts the names of a definition and answers requests for its objects.
///
/// # Errors
/// Where it refuses the names, or does not serve the kind in time.
pub async fn served(api: &Api, id: &ObjectId) -> Result<(), TargetError> {
    let definitions = ServedKind {
        gvk: Gvk::new("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        plural: "customresourcedefinitions".to_owned(),
        namespaced: false,
        prunable: true,
    };
    let started = Instant::now();
    loop {
        let answer = api.call(Call::get(path::object(&definitions, id))).await;
        let answer = answer.map_err(|error| error.into_target_error(&format!("Reading {id}")))?;
        let definition: Definition = serde_json::from_slice(&answer.body)
            .map_err(|error| TargetError::Other(format!("{id} cannot be read: {error}")))?;
        let condition =
            |name: &str| definition.status.conditions.iter().flatten().find(|condition| condition.r#type == name);
        if let Some(refused) = condition("NamesAccepted").filter(|condition| condition.status == "False") {
            return Err(TargetError::Other(format!(
                "The cluster does not accept the names of {id}: {}",
                refused.message
            )));
        }
        if condition("Established").is_some_and(|condition| condition.status == "True")
            && answers(api, &definition).await?
        {
            return Ok(());
        }
        if started.elapsed() > SERVED_WITHIN {
            return Err(TargetError::Other(format!(
                "{id} is applied, but not served after {} s",
                SERVED_WITHIN.as_secs()
            )));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn answers(api: &Api, definition: &Definition) -> Result<bool, TargetError> {
    for version in definition.spec.versions.iter().filter(|version| version.served) {
        let kind = ServedKind {
            gvk: Gvk {
                group: definition.spec.group.clone(),
                version: version.name.clone(),
                kind: definition.spec.names.kind.clone(),
            },
            plural: definition.spec.names.plural.clone(),
            namespaced: false,
            prunable: true,
        };
        let path = path::with_query(&path::collection(&kind, None), &[("limit", "1")]);
        match api.call(Call::get(path)).await {
            Ok(_) => {}
            Err(CallError::Status(status)) if status.code == 404 => return Ok(false),
            // Whoever may not list them all may still create one.
            Err(CallError::Status(status)) if status.code == 403 => {}
            Err(error) => return Err(error.into_target_error("Asking for the new kind")),
        }
    }
    Ok(true)
}
