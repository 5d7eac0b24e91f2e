//! Ports of the host, which only one object of a revision can have.

use std::collections::BTreeMap;

use landfall_core::{desired::Desired, plan::FaultCause};
use serde_json::Value;

/// Who publishes a port, and where it says so.
struct Publisher {
    /// Its place among the objects.
    object: usize,
    field: String,
}

/// The fields that ask for a port of the host that another object has already, by the object's place.
pub fn conflicts(objects: &[&Desired]) -> Vec<(usize, FaultCause)> {
    let mut by_port: BTreeMap<(i64, String), Publisher> = BTreeMap::new();
    let mut conflicts = Vec::new();
    for (object, desired) in objects.iter().enumerate() {
        for (port, protocol, field) in published(&desired.id.kind, &desired.value.unpacked()) {
            match by_port.get(&(port, protocol.clone())) {
                Some(first) if first.object != object => {
                    let other = objects[first.object].id.to_string();
                    let message =
                        format!("asks for port {port}/{protocol} of the host, which {other} has by {}", first.field);
                    conflicts.push((object, FaultCause { field, message }));
                }
                Some(_) => {}
                None => {
                    by_port.insert((port, protocol), Publisher { object, field });
                }
            }
        }
    }
    conflicts
}

fn published(kind: &str, object: &Value) -> Vec<(i64, String, String)> {
    match kind {
        "Service" => of_service(object),
        "Pod" => of_pod(&object["spec"], "spec"),
        "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => {
            of_pod(&object["spec"]["template"]["spec"], "spec.template.spec")
        }
        _ => Vec::new(),
    }
}

fn of_service(object: &Value) -> Vec<(i64, String, String)> {
    let name = match object["spec"]["type"].as_str() {
        Some("NodePort") => "nodePort",
        Some("LoadBalancer") => "port",
        _ => return Vec::new(),
    };
    let ports = object["spec"]["ports"].as_array().into_iter().flatten().enumerate();
    ports
        .filter_map(|(index, port)| Some((number(port, name)?, protocol(port), format!("spec.ports[{index}].{name}"))))
        .collect()
}

fn of_pod(spec: &Value, field: &str) -> Vec<(i64, String, String)> {
    let mut found = Vec::new();
    for (index, container) in spec["containers"].as_array().into_iter().flatten().enumerate() {
        for (place, port) in container["ports"].as_array().into_iter().flatten().enumerate() {
            // One of several addresses of the host leaves the others to others.
            if port["hostIP"].is_string() {
                continue;
            }
            if let Some(number) = number(port, "hostPort") {
                found.push((number, protocol(port), format!("{field}.containers[{index}].ports[{place}].hostPort")));
            }
        }
    }
    found
}

fn number(port: &Value, name: &str) -> Option<i64> {
    port[name].as_i64().filter(|number| *number > 0)
}

fn protocol(port: &Value) -> String {
    port["protocol"].as_str().filter(|protocol| !protocol.is_empty()).unwrap_or("TCP").to_lowercase()
}
