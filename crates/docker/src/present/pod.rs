//! A pod's status: `getPhase` of pkg/kubelet/kubelet_pods.go, and the conditions of pkg/kubelet/status/generate.go.

use serde_json::{Value, json};

use super::{Seen, container};

/// A pod as an API server would show it. `made` is the pod as it was made: `metadata` with `creationTimestamp`, and `spec`.
/// Containers of which nothing is said are yet to be made.
pub fn pod(made: &Value, containers: &[Seen<'_>]) -> Value {
    let find = |spec: &Value| containers.iter().find(|seen| spec["name"] == seen.name);
    let statuses =
        |kind: &str| -> Vec<Value> { specs(made, kind).map(|spec| container::status(spec, find(spec))).collect() };
    let (mut init, main) = (statuses("initContainers"), statuses("containers"));
    for (spec, status) in specs(made, "initContainers").zip(&mut init).filter(|(spec, _)| !is_sidecar(spec)) {
        status["ready"] = is_initialized(spec, status).into();
    }
    let initialized = specs(made, "initContainers").zip(&init).all(|(spec, status)| is_initialized(spec, status));
    let sidecars = specs(made, "initContainers").zip(&init).filter(|(spec, _)| is_sidecar(spec));
    let unready: Vec<&str> = sidecars
        .map(|(_, status)| status)
        .chain(&main)
        .filter(|status| status["ready"] != true)
        .filter_map(|status| status["name"].as_str())
        .collect();
    let phase = phase(made, &init, &main, initialized);
    let since = specs(made, "containers").filter_map(|spec| container::became_ready(spec, find(spec)?)).max();
    let created = &made["metadata"]["creationTimestamp"];

    let mut document = made.clone();
    document["apiVersion"] = "v1".into();
    document["kind"] = "Pod".into();
    document["status"] = json!({
        "phase": phase,
        "startTime": created,
        "conditions": conditions(phase, initialized, &unready, since.as_deref(), created),
        "containerStatuses": main,
    });
    if !init.is_empty() {
        document["status"]["initContainerStatuses"] = init.into();
    }
    document
}

fn conditions(phase: &str, initialized: bool, unready: &[&str], since: Option<&str>, created: &Value) -> Value {
    // Nobody remembers when a condition became false; only those that are true are asked for their time.
    let condition = |kind: &str, is_true: bool| {
        let status = if is_true { "True" } else { "False" };
        json!({"type": kind, "status": status, "lastTransitionTime": created})
    };
    let is_ready = phase == "Running" && initialized && unready.is_empty();
    let ready = |kind: &str| {
        let mut ready = condition(kind, is_ready);
        match (is_ready, phase) {
            (true, _) => ready["lastTransitionTime"] = since.map_or(created.clone(), Value::from),
            (false, "Succeeded") => ready["reason"] = "PodCompleted".into(),
            (false, "Failed") => ready["reason"] = "PodFailed".into(),
            (false, _) => {
                ready["reason"] = "ContainersNotReady".into();
                ready["message"] = format!("containers with unready status: [{}]", unready.join(" ")).into();
            }
        }
        ready
    };
    json!([
        condition("PodScheduled", true),
        condition("Initialized", initialized),
        ready("ContainersReady"),
        ready("Ready"),
    ])
}

/// Whether an init container no longer holds up what comes after it.
fn is_initialized(spec: &Value, status: &Value) -> bool {
    if is_sidecar(spec) { status["started"] == true } else { status["state"]["terminated"]["exitCode"] == 0 }
}

fn is_sidecar(spec: &Value) -> bool {
    spec["restartPolicy"] == "Always"
}

fn phase(made: &Value, init: &[Value], main: &[Value], initialized: bool) -> &'static str {
    let policy = made["spec"]["restartPolicy"].as_str().unwrap_or("Always");
    if !initialized {
        let failed = specs(made, "initContainers")
            .zip(init)
            .any(|(spec, status)| !is_sidecar(spec) && exit_code(&status["state"]).is_some_and(|code| code != 0));
        return if failed && policy == "Never" { "Failed" } else { "Pending" };
    }
    let is = |state: &str| main.iter().filter(move |status| status["state"].get(state).is_some()).count();
    // One that waits and has run before counts as ended.
    let ends: Vec<i64> = main
        .iter()
        .filter(|status| status["state"].get("running").is_none())
        .filter_map(|status| exit_code(&status["state"]).or_else(|| exit_code(&status["lastState"])))
        .collect();
    if is("running") + ends.len() < main.len() {
        return "Pending";
    }
    match policy {
        _ if is("running") > 0 => "Running",
        "Always" => "Running",
        _ if is("waiting") == 0 && ends.iter().all(|code| *code == 0) => "Succeeded",
        "Never" => "Failed",
        _ => "Running",
    }
}

fn exit_code(state: &Value) -> Option<i64> {
    state["terminated"]["exitCode"].as_i64()
}

fn specs<'a>(made: &'a Value, kind: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    made["spec"][kind].as_array().into_iter().flatten()
}
