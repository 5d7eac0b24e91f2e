//! From a template to what the engine is asked for.

mod env;
mod faults;
mod files;
mod sandbox;
mod usual;

use std::net::IpAddr;

use landfall_core::{
    manifest::{self, ManifestFile},
    schema,
};
use landfall_docker::pod::{
    CreateFacts, EngineFacts, HostPathKind, Objects, Owner, PodInput, PodSpec, VolumeAt, VolumeKind, translate,
};
use serde_json::{Value, json};

/// The pod of a workload among others' objects, all written as one file.
fn translated(kind: &str, text: &str) -> Result<PodSpec, Vec<String>> {
    let files = vec![ManifestFile { path: "a.yaml".to_owned(), bytes: text.as_bytes().to_vec() }];
    let mut objects = Objects::default();
    let mut workload = Value::Null;
    for manifest in manifest::load(files).unwrap() {
        assert!(schema::builtin().lookup(&manifest.gvk).is_some());
        let value = manifest.value.unpacked();
        if manifest.gvk.kind == kind {
            workload = value;
        } else {
            objects.insert(value, "shop");
        }
    }
    let name = workload["metadata"]["name"].as_str().unwrap();
    let owner = Owner { kind: kind.to_owned(), name: name.to_owned(), uid: "owner-uid".to_owned() };
    let is_set = kind == "StatefulSet";
    let pod_name = match kind {
        "Pod" => name.to_owned(),
        "StatefulSet" => format!("{name}-1"),
        _ => format!("{name}-6f9c4b7d5a-x2k8p"),
    };
    let templates = workload["spec"]["volumeClaimTemplates"].as_array().cloned().unwrap_or_default();
    let input = PodInput {
        template: if kind == "Pod" { &workload } else { &workload["spec"]["template"] },
        field: if kind == "Pod" { "" } else { "spec.template" },
        name: &pod_name,
        namespace: "shop",
        uid: "pod-uid",
        owner: (kind != "Pod").then_some(&owner),
        environment: "production",
        network: "shop.net",
        ordinal: is_set.then_some(1),
        governing_service: workload["spec"]["serviceName"].as_str(),
        claim_templates: &templates,
        sources: &objects,
        engine: &EngineFacts { name: "machine".to_owned(), cpus: 8, memory: 16 << 30 },
    };
    let told = |faults: Vec<landfall_core::plan::FaultCause>| {
        faults.into_iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect()
    };
    translate(&input).map_err(told)
}

fn spec(kind: &str, text: &str) -> PodSpec {
    translated(kind, text).unwrap()
}

/// What the engine is asked to create for each container, shortly: without the labels that every container has.
fn bodies(pod: &PodSpec) -> String {
    let mut all = Vec::new();
    let facts = facts(pod);
    if let Some(sandbox) = &pod.sandbox {
        let body = sandbox.body("landfall:0", &facts.volumes).unwrap();
        all.push(json!({"name": sandbox.engine_name, "body": shown(&json!(body))}));
    }
    for container in pod.init.iter().chain(&pod.containers) {
        let body = container.body(&facts).unwrap();
        all.push(json!({"name": container.engine_name, "body": shown(&json!(body))}));
    }
    serde_json::to_string_pretty(&all).unwrap()
}

fn facts(pod: &PodSpec) -> CreateFacts {
    let at = |name: &str, kind: &VolumeKind| match kind {
        VolumeKind::HostPath(host) => {
            VolumeAt::Host { path: host.path.clone(), create: host.kind == HostPathKind::OrCreate }
        }
        _ => VolumeAt::Named { name: format!("{name}.volume"), mountpoint: format!("/volumes/{name}/_data") },
    };
    CreateFacts {
        volumes: pod.volumes.iter().map(|volume| (volume.name.clone(), at(&volume.name, &volume.kind))).collect(),
        image_user: "app".to_owned(),
        address: Some(IpAddr::from([10, 1, 0, 7])),
        host_address: Some(IpAddr::from([10, 1, 0, 1])),
    }
}

/// Without what is not given, and without what all have.
fn shown(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let given = fields
                .iter()
                .filter(|(key, value)| !value.is_null() && !["Labels", "Healthcheck"].contains(&key.as_str()));
            given.map(|(key, value)| (key.clone(), shown(value))).collect()
        }
        Value::Array(values) => values.iter().map(shown).collect(),
        other => other.clone(),
    }
}
