//! One container of a pod.

use serde_json::Value;

use super::Drift;
use crate::{
    engine::changed_settings,
    pod::{Label, Restart, Role},
    rollout::ContainerState,
};

/// What a container is to be.
pub struct Expected<'a> {
    /// The UID of its pod.
    pub pod: &'a str,
    /// Its name on the engine.
    pub name: &'a str,
    /// What it is in its pod.
    pub role: Role,
    /// When it is started again.
    pub restart: Restart,
    /// The id of the environment's network, if that is there.
    pub network: Option<&'a str>,
    /// What the machine's kernel cannot honour.
    pub unsupported: &'a [String],
}

/// Adds what does not match.
pub fn compare(expected: &Expected<'_>, container: &ContainerState, drift: &mut Drift) {
    let (name, inspect) = (expected.name, &container.inspect);
    match container.status() {
        "paused" => {
            drift.say(format!("the container {name} is paused"));
            drift.paused.insert(container.id.clone());
        }
        "created" if expected.role != Role::Init => drift.say(format!("the container {name} was not started")),
        "exited" | "dead" if is_to_run(expected, container) => drift.say(format!("the container {name} is stopped")),
        _ => {}
    }
    let mut spoils = |sentence: String| {
        drift.say(sentence);
        drift.spoiled.insert(expected.pod.to_owned());
    };
    let actual = inspect["Name"].as_str().unwrap_or_default().trim_start_matches('/');
    if actual != name {
        spoils(format!("the container {name} was renamed to {actual}"));
    }
    for change in changed_settings(inspect, expected.unsupported) {
        spoils(format!("the container {name} was changed: its {change}"));
    }
    if let Some(sentence) = network(expected, inspect) {
        spoils(sentence);
    }
}

/// Whether one that has ended should run. An end with an error is started again by the engine, unless somebody stopped it.
fn is_to_run(expected: &Expected<'_>, container: &ContainerState) -> bool {
    match (expected.role, expected.restart) {
        (Role::Sandbox | Role::Sidecar, _) | (Role::Main, Restart::Always) => true,
        (Role::Main | Role::Init, Restart::OnFailure) => container.exit_code() != 0,
        (Role::Init, Restart::Always) => container.exit_code() != 0,
        (_, Restart::Never) => false,
    }
}

/// What is wrong with the network of a container that has one of its own.
fn network(expected: &Expected<'_>, inspect: &Value) -> Option<String> {
    let name = expected.name;
    let mode = inspect["HostConfig"]["NetworkMode"].as_str().unwrap_or_default();
    if mode == "host" || mode == "none" || mode.starts_with("container:") {
        return None;
    }
    // Podman tells only the kind; and below, the name of the network for its id.
    let label = inspect["Config"]["Labels"][Label::Environment.key()].as_str();
    let mode = if mode == "bridge" { label.unwrap_or(mode) } else { mode };
    let endpoint = &inspect["NetworkSettings"]["Networks"][mode];
    if endpoint.is_null() {
        return Some(format!("the container {name} is not connected to the network {mode}"));
    }
    // Before its first start, a container has no endpoint yet.
    let id = endpoint["NetworkID"].as_str().filter(|id| !id.is_empty())?;
    let is_gone = expected.network.is_some_and(|network| network != id && mode != id);
    is_gone.then(|| format!("the container {name} is connected to a network {mode} that is no more"))
}
