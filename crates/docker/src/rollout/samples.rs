//! Pods for tests: as the engine would tell them, without one.

use serde_json::{Value, json};

use super::{
    look,
    pods::{PodState, Work},
};
use crate::pod::{EngineFacts, Objects, Owner, PodInput, translate};

/// When all pods of tests were created and started.
pub const CREATED: &str = "2026-11-25T09:10:20.5Z";

/// A pod of the Deployment `web` with one container of the image's version, whose engine says `state`; none for `gone`.
/// `spec` and `container` say more.
pub fn pod(name: &str, image: &str, state: &str, spec: &Value, container: &Value) -> PodState {
    let mut main = json!({"name": "web", "image": image});
    merge(&mut main, container);
    let mut template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [main]}});
    merge(&mut template["spec"], spec);
    let facts = EngineFacts { name: "host".to_owned(), cpus: 1, memory: 1 << 30 };
    let owner = Owner { kind: "Deployment".to_owned(), name: "web".to_owned(), uid: "u".to_owned() };
    let input = PodInput {
        template: &template,
        field: "",
        name,
        namespace: "prod",
        uid: name,
        owner: Some(&owner),
        environment: "env",
        network: "env",
        ordinal: None,
        governing_service: None,
        claim_templates: &[],
        sources: &Objects::default(),
        engine: &facts,
    };
    let spec = translate(&input).unwrap();
    let mut pods = std::collections::BTreeMap::new();
    for container in spec.init.iter().chain(&spec.containers) {
        let inspect = json!({
            "Id": format!("{name}.{}", container.name),
            "Created": CREATED,
            "Config": {"Labels": container.labels},
            "State": engine_state(state),
        });
        look::add(&mut pods, inspect);
    }
    let mut pod = pods.remove(name).unwrap();
    if state == "gone" {
        pod.containers.clear();
    }
    pod
}

/// The same, being worked at.
pub fn at(work: Work, pod: PodState) -> PodState {
    PodState { work, ..pod }
}

fn engine_state(word: &str) -> Value {
    let (status, code) = match word {
        "failed" => ("exited", 3),
        "done" => ("exited", 0),
        word => (word, 0),
    };
    json!({"Status": status, "ExitCode": code, "StartedAt": CREATED, "FinishedAt": CREATED, "Error": ""})
}

fn merge(object: &mut Value, more: &Value) {
    for (key, value) in more.as_object().into_iter().flatten() {
        object[key] = value.clone();
    }
}
