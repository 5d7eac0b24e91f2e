//! What makes pods: the template is translated as for its first pod.

use serde_json::Value;

use super::{
    check::{Findings, Surroundings},
    selector,
};
use crate::pod::{self, Owner, PodInput};

/// Looks at a Pod or workload.
pub fn check(kind: &str, object: &Value, around: Surroundings<'_>, found: &mut Findings) {
    let name = text(object, "/metadata/name");
    let namespace = text(object, "/metadata/namespace");
    let (template, field) = match kind {
        "Pod" => (object, ""),
        _ => (&object["spec"]["template"], "spec.template"),
    };
    let owner = Owner { kind: kind.to_owned(), name: name.to_owned(), uid: String::new() };
    let pod_name = match kind {
        "Pod" => name.to_owned(),
        "StatefulSet" => format!("{name}-{}", object["spec"]["ordinals"]["start"].as_u64().unwrap_or_default()),
        _ => format!("{name}-0000000000-00000"),
    };
    let templates = object["spec"]["volumeClaimTemplates"].as_array().map(Vec::as_slice).unwrap_or_default();
    let input = PodInput {
        template,
        field,
        name: &pod_name,
        namespace,
        uid: "",
        owner: (kind != "Pod").then_some(&owner),
        environment: "",
        network: "",
        ordinal: (kind == "StatefulSet").then_some(0),
        governing_service: object["spec"]["serviceName"].as_str().filter(|service| !service.is_empty()),
        claim_templates: if kind == "StatefulSet" { templates } else { &[] },
        sources: around.sources,
        engine: around.engine,
    };
    match pod::translate(&input) {
        Ok(pod) => {
            let replicas = object["spec"]["replicas"].as_i64().unwrap_or(1);
            let publishes = !pod.network.ports.is_empty();
            if publishes && matches!(kind, "Deployment" | "StatefulSet") && replicas > 1 {
                let message = format!(
                    "cannot be {replicas} on one host, since the pod publishes a port of the host (`hostPort`), which only one pod can have"
                );
                found.fault("spec.replicas", message);
            }
        }
        Err(faults) => found.faults.extend(faults),
    }
    if matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet") {
        selector::check(object, found);
    }
    check_template(kind, template, field, found);
    check_counts(kind, object, found);
}

/// What is valid in a field for one kind, or one place, and not for another.
fn check_template(kind: &str, template: &Value, field: &str, found: &mut Findings) {
    let spec = if field.is_empty() { "spec".to_owned() } else { format!("{field}.spec") };
    let restart = template["spec"]["restartPolicy"].as_str().unwrap_or("Always");
    match (kind, restart) {
        ("Deployment" | "StatefulSet" | "DaemonSet", "OnFailure" | "Never") => {
            found.fault(format!("{spec}.restartPolicy"), format!("must be `Always` in a {kind}"));
        }
        ("Job", "Always") => {
            found.fault(format!("{spec}.restartPolicy"), "must be `OnFailure` or `Never` in a Job");
        }
        _ => {}
    }
    let containers = template["spec"]["containers"].as_array().into_iter().flatten().enumerate();
    for (index, container) in containers {
        if container["restartPolicy"].is_string() {
            let message = "is not supported on one host for a container, only `Always` for an init container; write it for the pod";
            found.fault(format!("{spec}.containers[{index}].restartPolicy"), message);
        }
    }
    for (index, container) in template["spec"]["initContainers"].as_array().into_iter().flatten().enumerate() {
        if container["restartPolicy"].as_str().is_some_and(|policy| policy != "Always") {
            let message = "can only be `Always` on one host; without it the init container runs once";
            found.fault(format!("{spec}.initContainers[{index}].restartPolicy"), message);
        }
    }
    if let Some(system) =
        template["spec"]["nodeSelector"]["kubernetes.io/os"].as_str().filter(|system| *system != "linux")
    {
        let message = format!("asks for a node with {system}, but only programs for Linux run here");
        found.fault(format!("{spec}.nodeSelector[kubernetes.io/os]"), message);
    }
}

fn check_counts(kind: &str, object: &Value, found: &mut Findings) {
    let fields: &[&str] = match kind {
        "Deployment" | "StatefulSet" => &["replicas", "minReadySeconds"],
        "DaemonSet" => &["minReadySeconds"],
        "Job" => &["parallelism", "completions", "backoffLimit", "activeDeadlineSeconds"],
        _ => &[],
    };
    for field in fields {
        if let Some(number) = object["spec"][field].as_i64().filter(|number| *number < 0) {
            found.fault(format!("spec.{field}"), format!("must not be less than 0, but it is {number}"));
        }
    }
    let enumerated: &[(&str, &str, &[&str])] = match kind {
        "Deployment" => &[("/spec/strategy/type", "spec.strategy.type", &["RollingUpdate", "Recreate"])],
        "StatefulSet" => &[
            ("/spec/updateStrategy/type", "spec.updateStrategy.type", &["RollingUpdate", "OnDelete"]),
            ("/spec/podManagementPolicy", "spec.podManagementPolicy", &["OrderedReady", "Parallel"]),
        ],
        "DaemonSet" => &[("/spec/updateStrategy/type", "spec.updateStrategy.type", &["RollingUpdate", "OnDelete"])],
        "Job" => &[("/spec/completionMode", "spec.completionMode", &["NonIndexed", "Indexed"])],
        _ => &[],
    };
    for (pointer, field, values) in enumerated {
        let given = object.pointer(pointer).and_then(Value::as_str).filter(|given| !given.is_empty());
        if let Some(given) = given.filter(|given| !values.contains(given)) {
            let names: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            found.fault(*field, format!("must be {}, but it is `{given}`", names.join(" or ")));
        }
    }
}

pub fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
