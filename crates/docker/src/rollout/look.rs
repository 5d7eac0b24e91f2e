//! Reads the pods of an environment from the engine's containers.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures::{StreamExt, TryStreamExt, stream};
use landfall_core::object::{Gvk, ObjectId};
use serde_json::Value;

use super::{
    bones::bones,
    pods::{ContainerState, PodState, Work},
};
use crate::{
    engine::{Engine, EngineFault, FaultKind},
    pod::{EngineFacts, Label, Objects, Owner, PodInput, PodSpec, pod_document, translate},
};

/// So many containers are looked at at a time.
pub const AT_ONCE: usize = 16;

/// All pods of an environment, by their UIDs. What the probes say is not known.
///
/// # Errors
/// The engine does not answer.
pub async fn pods(engine: &Engine, environment: &str) -> Result<BTreeMap<String, PodState>, EngineFault> {
    // Of all that belongs to the environment, only pods have a UID.
    let listed = engine.containers(&[(Label::Environment.key(), environment), (Label::PodUid.key(), "")]).await?;
    let inspected: Vec<Option<Value>> =
        stream::iter(listed).map(|listed| inspect(engine, listed.id)).buffered(AT_ONCE).try_collect().await?;
    let mut pods = BTreeMap::new();
    for inspect in inspected.into_iter().flatten() {
        add(&mut pods, inspect);
    }
    Ok(pods)
}

/// What the engine says of a container; `None` if it is gone by now.
pub async fn inspect(engine: &Engine, id: String) -> Result<Option<Value>, EngineFault> {
    match engine.inspect(&id).await {
        Ok(inspect) => Ok(Some(inspect)),
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Puts a container where it belongs, or what is new of it. Containers that are no pod's are passed over.
pub fn add(pods: &mut BTreeMap<String, PodState>, inspect: Value) {
    let labels = labels(&inspect);
    let Some(uid) = labels.get(Label::PodUid.key()) else { return };
    if !pods.contains_key(uid) {
        let Some(pod) = pod(&labels, &inspect) else { return };
        pods.insert(uid.clone(), pod);
    }
    let Some(pod) = pods.get_mut(uid) else { return };
    let name = labels.get(Label::Container.key()).cloned().unwrap_or_default();
    let id = inspect["Id"].as_str().unwrap_or_default();
    match pod.containers.get_mut(&name) {
        Some(container) if container.id == id => container.inspect = inspect,
        _ => {
            let container = ContainerState { id: id.to_owned(), inspect, ..ContainerState::default() };
            pod.containers.insert(name, container);
        }
    }
}

/// A pod without its containers, from the labels of one of them.
fn pod(labels: &BTreeMap<String, String>, inspect: &Value) -> Option<PodState> {
    let text = |label: Label| labels.get(label.key()).cloned().unwrap_or_default();
    let (name, namespace, uid) = (text(Label::Pod), text(Label::Namespace), text(Label::PodUid));
    let mut made = pod_document(labels)?;
    made["metadata"]["creationTimestamp"] = whole_seconds(inspect["Created"].as_str().unwrap_or_default()).into();
    let owner = owner(labels, &namespace, &name);
    let spec = spec(&made, labels)?;
    Some(PodState {
        name,
        namespace,
        uid,
        owner,
        version: text(Label::TemplateHash),
        ordinal: labels.get(Label::Ordinal.key()).and_then(|number| number.parse().ok()),
        made,
        spec: Arc::new(spec),
        containers: BTreeMap::new(),
        work: Work::None,
        fault: None,
    })
}

/// The workload that a pod belongs to; itself, if to none.
fn owner(labels: &BTreeMap<String, String>, namespace: &str, pod: &str) -> ObjectId {
    let (kind, name) = match (labels.get(Label::OwnerKind.key()), labels.get(Label::OwnerName.key())) {
        (Some(kind), Some(name)) => (kind.as_str(), name.as_str()),
        _ => ("Pod", pod),
    };
    let api_version = match kind {
        "Pod" => "v1",
        "Job" => "batch/v1",
        _ => "apps/v1",
    };
    let Gvk { group, kind, .. } = Gvk::new(api_version, kind);
    ObjectId { group, kind, namespace: Some(namespace.to_owned()), name: name.to_owned() }
}

/// What a pod is to be, as far as it matters once it is there.
fn spec(made: &Value, labels: &BTreeMap<String, String>) -> Option<PodSpec> {
    let text = |label: Label| labels.get(label.key()).cloned().unwrap_or_default();
    let owner = labels.get(Label::OwnerKind.key()).map(|kind| Owner {
        kind: kind.clone(),
        name: text(Label::OwnerName),
        uid: text(Label::OwnerUid),
    });
    let facts = EngineFacts { name: String::new(), cpus: 1, memory: u64::MAX };
    let template = bones(made);
    let input = PodInput {
        template: &template,
        field: "",
        name: &text(Label::Pod),
        namespace: &text(Label::Namespace),
        uid: &text(Label::PodUid),
        owner: owner.as_ref(),
        environment: &text(Label::Environment),
        network: "",
        ordinal: labels.get(Label::Ordinal.key()).and_then(|number| number.parse().ok()),
        governing_service: None,
        claim_templates: &[],
        sources: &Objects::default(),
        engine: &facts,
    };
    match translate(&input) {
        Ok(spec) => Some(spec),
        Err(faults) => {
            tracing::warn!(pod = input.name, ?faults, "a pod cannot be understood, and is left alone");
            None
        }
    }
}

/// The labels of a container.
pub fn labels(inspect: &Value) -> BTreeMap<String, String> {
    let labels = inspect.pointer("/Config/Labels").and_then(Value::as_object);
    let text = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    labels.into_iter().flatten().filter_map(text).collect()
}

/// Removes from pods the containers that are not there any more, and pods of which nothing is left that nobody works at.
pub fn forget(pods: &mut BTreeMap<String, PodState>, gone: &BTreeSet<String>) {
    for pod in pods.values_mut() {
        pod.containers.retain(|_, container| !gone.contains(&container.id));
    }
    pods.retain(|_, pod| pod.work != Work::None || !pod.containers.is_empty());
}

/// The engine counts nanoseconds, Kubernetes' times are whole seconds.
pub fn whole_seconds(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => time.to_owned(),
    }
}
