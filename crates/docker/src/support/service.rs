//! Services.

use std::collections::BTreeSet;

use serde_json::Value;

use super::check::{Findings, Note};

/// Annotations that ask a cloud for its load balancer.
const CLOUDS: &[&str] =
    &["service.beta.kubernetes.io/", "cloud.google.com/", "networking.gke.io/", "service.kubernetes.io/"];

/// Looks at a Service beyond its fields.
pub fn check(object: &Value, found: &mut Findings) {
    let spec = &object["spec"];
    let kind = spec["type"].as_str().filter(|kind| !kind.is_empty()).unwrap_or("ClusterIP");
    if !["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"].contains(&kind) {
        let message =
            format!("must be one of `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`, but it is `{kind}`");
        found.fault("spec.type", message);
    }
    if kind == "ExternalName" && spec["externalName"].as_str().is_none_or(str::is_empty) {
        found.fault("spec.externalName", "must name a host");
    }
    let ports: Vec<&Value> = spec["ports"].as_array().into_iter().flatten().collect();
    let is_headless = spec["clusterIP"] == "None";
    if ports.is_empty() && kind == "ExternalName" {
        let message = "must list the ports: on one host the name leads to a proxy that passes them to the other host";
        found.fault("spec.ports", message);
    } else if ports.is_empty() && !is_headless {
        found.fault("spec.ports", "must have at least one port");
    }
    if spec["selector"].as_object().is_none_or(serde_json::Map::is_empty) && kind != "ExternalName" {
        let message = "must select pods: addresses outside of the host are not supported behind a Service on one host";
        found.fault("spec.selector", message);
    }
    check_ports(&ports, found);
    if !matches!(spec["sessionAffinity"].as_str(), None | Some("" | "None" | "ClientIP")) {
        found.fault("spec.sessionAffinity", "must be `None` or `ClientIP`");
    }
    for key in object["metadata"]["annotations"].as_object().into_iter().flatten().map(|(key, _)| key) {
        if CLOUDS.iter().any(|cloud| key.starts_with(cloud)) {
            let reason = "there is no load balancer of a cloud: ports are published on the host";
            let note =
                Note { field: format!("metadata.annotations[{key}]"), name: key.clone(), reason: reason.to_owned() };
            found.notes.push(note);
        }
    }
}

fn check_ports(ports: &[&Value], found: &mut Findings) {
    let mut names = BTreeSet::new();
    let mut numbers = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let field = |name: &str| format!("spec.ports[{index}].{name}");
        let name = port["name"].as_str().unwrap_or_default();
        if ports.len() > 1 && name.is_empty() {
            found.fault(field("name"), "must be given where there are several ports");
        } else if !names.insert(name) {
            found.fault(field("name"), format!("is the name of another port, too: `{name}`"));
        }
        let protocol = port["protocol"].as_str().unwrap_or("TCP");
        match port["port"].as_i64() {
            Some(number @ 1..=65535) => {
                if !numbers.insert((number, protocol)) {
                    found.fault(field("port"), format!("is listed twice: {number}/{protocol}"));
                }
            }
            _ => found.fault(field("port"), "must be a number from 1 to 65535"),
        }
        if port["nodePort"].as_i64().is_some_and(|number| !(0..=65535).contains(&number)) {
            found.fault(field("nodePort"), "must be a number from 1 to 65535");
        }
    }
}
