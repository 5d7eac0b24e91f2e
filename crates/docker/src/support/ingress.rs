//! Ingresses.

use serde_json::Value;

use super::{
    check::{Findings, Note, Surroundings},
    pods::text,
};

/// Annotations of ingress-nginx whose neglect would send requests to the wrong place, or let in whom they keep out.
const DECISIVE: &[&str] = &[
    "app-root",
    "auth-",
    "backend-protocol",
    "canary",
    "configuration-snippet",
    "default-backend",
    "denylist-source-range",
    "permanent-redirect",
    "rewrite-target",
    "server-snippet",
    "ssl-passthrough",
    "temporal-redirect",
    "use-regex",
    "whitelist-source-range",
];

/// Looks at an Ingress beyond its fields.
pub fn check(object: &Value, around: Surroundings<'_>, found: &mut Findings) {
    for (key, _) in object["metadata"]["annotations"].as_object().into_iter().flatten() {
        let Some((domain, name)) = key.split_once('/') else { continue };
        let is_controllers = domain == "kubernetes.io" && name == "ingress.class"
            || domain.ends_with("ingress.kubernetes.io")
            || domain.starts_with("traefik.");
        if !is_controllers {
            continue;
        }
        let field = format!("metadata.annotations[{key}]");
        if DECISIVE.iter().any(|decisive| name.starts_with(decisive)) {
            let message =
                "is not supported on one host: the HTTP entry is Landfall's own, which routes by host and path only";
            found.fault(field, message);
        } else {
            let reason = "it is for another ingress controller; the HTTP entry is Landfall's own".to_owned();
            found.notes.push(Note { field, name: key.clone(), reason });
        }
    }
    let namespace = text(object, "/metadata/namespace");
    let spec = &object["spec"];
    check_backend(&spec["defaultBackend"], "spec.defaultBackend", namespace, around, found);
    for (index, rule) in spec["rules"].as_array().into_iter().flatten().enumerate() {
        for (place, path) in rule["http"]["paths"].as_array().into_iter().flatten().enumerate() {
            let field = format!("spec.rules[{index}].http.paths[{place}]");
            check_backend(&path["backend"], &format!("{field}.backend"), namespace, around, found);
            let kind = path["pathType"].as_str().unwrap_or_default();
            if !["Exact", "Prefix", "ImplementationSpecific"].contains(&kind) {
                found.fault(format!("{field}.pathType"), "must be `Exact`, `Prefix` or `ImplementationSpecific`");
            }
            if path["path"].as_str().is_some_and(|path| !path.is_empty() && !path.starts_with('/')) {
                found.fault(format!("{field}.path"), "must start with `/`");
            }
        }
    }
    for (index, tls) in spec["tls"].as_array().into_iter().flatten().enumerate() {
        let name = tls["secretName"].as_str().unwrap_or_default();
        if name.is_empty() {
            let message = "must name a Secret: Landfall's HTTP entry has no certificate of its own";
            found.fault(format!("spec.tls[{index}].secretName"), message);
        } else if around.sources.find("Secret", namespace, name).is_none() {
            let message = format!("the Secret '{name}' does not exist in namespace {namespace}");
            found.fault(format!("spec.tls[{index}].secretName"), message);
        }
    }
}

/// A backend names a port of a Service that is there.
fn check_backend(backend: &Value, field: &str, namespace: &str, around: Surroundings<'_>, found: &mut Findings) {
    let service = &backend["service"];
    let Some(name) = service["name"].as_str() else {
        if backend.is_object() && backend["resource"].is_null() {
            found.fault(field, "must name a Service");
        }
        return;
    };
    let Some(known) = around.sources.find("Service", namespace, name) else {
        let message = format!("the Service '{name}' does not exist in namespace {namespace}");
        found.fault(format!("{field}.service.name"), message);
        return;
    };
    let port = &service["port"];
    let ports = known["spec"]["ports"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_it = |one: &Value| match (port["number"].as_i64(), port["name"].as_str()) {
        (Some(number), _) => one["port"].as_i64() == Some(number),
        (None, Some(name)) => one["name"].as_str() == Some(name),
        (None, None) => false,
    };
    if !ports.iter().any(is_it) {
        found.fault(
            format!("{field}.service.port"),
            format!("must be a port of the Service '{name}', by number or by name"),
        );
    }
}
