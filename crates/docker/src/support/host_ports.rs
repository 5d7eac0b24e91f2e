//! Ports of the host, which only one object of a revision can have.

use std::collections::BTreeMap;

use landfall_core::{desired::Desired, plan::FaultCause};
use serde_json::Value;

use crate::{ingress, pod::HostPort, service};

/// Who publishes a port, and where it says so.
struct Publisher {
    /// Its place among the objects.
    object: usize,
    field: String,
}

/// The fields that ask for a port of the host that another object has already, by the object's place.
pub fn conflicts(objects: &[&Desired]) -> Vec<(usize, FaultCause)> {
    let mut by_port: BTreeMap<(u16, String), Publisher> = BTreeMap::new();
    let mut conflicts = Vec::new();
    let values: Vec<Value> = objects.iter().map(|desired| desired.value.unpacked()).collect();
    let mut wanted: Vec<(usize, Wanted)> = entry(objects, &values, &mut conflicts);
    for (object, (desired, value)) in objects.iter().zip(&values).enumerate() {
        wanted.extend(published(&desired.id.kind, value).into_iter().map(|wanted| (object, wanted)));
    }
    for (object, Wanted { port, protocol, field }) in wanted {
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
    conflicts
}

/// A port of the host that a field asks for.
struct Wanted {
    port: u16,
    protocol: String,
    field: String,
}

/// The ports of the HTTP entry that all Ingresses share; they are the first one's. An Ingress that asks for others than
/// those before it is a conflict.
fn entry(objects: &[&Desired], values: &[Value], conflicts: &mut Vec<(usize, FaultCause)>) -> Vec<(usize, Wanted)> {
    let places: Vec<usize> = (0..objects.len()).filter(|place| objects[*place].id.kind == "Ingress").collect();
    let mut ingresses = Vec::new();
    for place in &places {
        ingresses.push(&values[*place]);
        if let Err(fault) = ingress::ports(&ingresses) {
            conflicts
                .push((*place, FaultCause { field: "metadata.annotations".to_owned(), message: fault.to_string() }));
            ingresses.pop();
        }
    }
    let (Some(first), Ok(ports)) = (places.first(), ingress::ports(&ingresses)) else { return Vec::new() };
    let wanted = |port| (*first, Wanted { port, protocol: "tcp".to_owned(), field: "spec.rules".to_owned() });
    [Some(ports.http), ports.https].into_iter().flatten().map(wanted).collect()
}

fn published(kind: &str, object: &Value) -> Vec<Wanted> {
    match kind {
        "Service" => of_service(object),
        "Pod" => of_pod(&object["spec"], "spec"),
        "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => {
            of_pod(&object["spec"]["template"]["spec"], "spec.template.spec")
        }
        "CronJob" => {
            of_pod(&object["spec"]["jobTemplate"]["spec"]["template"]["spec"], "spec.jobTemplate.spec.template.spec")
        }
        _ => Vec::new(),
    }
}

fn of_service(object: &Value) -> Vec<Wanted> {
    let field = if object["spec"]["type"] == "NodePort" { "nodePort" } else { "port" };
    let place = |port: &HostPort| {
        let is_it = |one: &Value| {
            one["port"].as_u64() == Some(port.container_port.into())
                && one["protocol"].as_str().unwrap_or("TCP").eq_ignore_ascii_case(port.protocol.lower())
        };
        object["spec"]["ports"].as_array().into_iter().flatten().position(is_it).unwrap_or_default()
    };
    let wanted = |port: HostPort| Wanted {
        port: port.host_port,
        protocol: port.protocol.lower().to_owned(),
        field: format!("spec.ports[{}].{field}", place(&port)),
    };
    service::published(object).into_iter().map(wanted).collect()
}

fn of_pod(spec: &Value, field: &str) -> Vec<Wanted> {
    let mut found = Vec::new();
    for (index, container) in spec["containers"].as_array().into_iter().flatten().enumerate() {
        for (place, port) in container["ports"].as_array().into_iter().flatten().enumerate() {
            // One of several addresses of the host leaves the others to others.
            if port["hostIP"].is_string() {
                continue;
            }
            let number = port["hostPort"].as_u64().and_then(|number| u16::try_from(number).ok());
            if let Some(number) = number.filter(|number| *number > 0) {
                let protocol = port["protocol"].as_str().filter(|protocol| !protocol.is_empty()).unwrap_or("TCP");
                found.push(Wanted {
                    port: number,
                    protocol: protocol.to_lowercase(),
                    field: format!("{field}.containers[{index}].ports[{place}].hostPort"),
                });
            }
        }
    }
    found
}
