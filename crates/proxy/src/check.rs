//! Whether a configuration makes sense, before anything of it is in force.

use std::collections::HashSet;
use std::hash::Hash;

use crate::config::{Check, Config, Endpoint, IngressConfig, ServiceConfig};
use crate::ingress;

/// Refuses what cannot be carried out.
///
/// # Errors
///
/// A sentence.
pub(crate) fn check(config: &Config) -> Result<(), String> {
    match config {
        Config::Service(config) => service(config),
        Config::Ingress(config) => ingress(config),
    }
}

fn service(config: &ServiceConfig) -> Result<(), String> {
    let ports = || config.ports.iter();
    if ports().any(|port| port.listen == 0) {
        return Err("Port 0 cannot be listened on.".to_owned());
    }
    if let Some(port) = twice(ports().map(|port| (port.protocol, port.listen))) {
        return Err(format!("Port {} is configured twice.", port.1));
    }
    if let Some(name) = twice(ports().map(|port| port.name.as_str())) {
        return Err(format!("Two ports have the name \"{name}\"."));
    }
    if let Some(pod) = twice(config.endpoints.iter().map(|endpoint| (&endpoint.pod, &endpoint.uid))) {
        return Err(format!("Pod {} is configured twice.", pod.0));
    }
    config.endpoints.iter().try_for_each(endpoint)
}

fn endpoint(endpoint: &Endpoint) -> Result<(), String> {
    let pod = &endpoint.pod;
    if endpoint.host.is_empty() {
        return Err(format!("Pod {pod} has no host."));
    }
    if endpoint.targets.values().any(|port| *port == 0) {
        return Err(format!("Pod {pod} has port 0 as a target."));
    }
    for probe in &endpoint.probes {
        if let Check::Http { path, headers, .. } = &probe.check {
            let unclean = |text: &str| text.chars().any(char::is_control);
            if unclean(path) || headers.iter().any(|header| unclean(&header.name) || unclean(&header.value)) {
                return Err(format!("The readiness probe of pod {pod} has control characters in its path or headers."));
            }
        }
    }
    Ok(())
}

fn ingress(config: &IngressConfig) -> Result<(), String> {
    if config.http == Some(0) || config.https == Some(0) {
        return Err("Port 0 cannot be listened on.".to_owned());
    }
    if config.http.is_some() && config.http == config.https {
        return Err("HTTP and HTTPS cannot be on the same port.".to_owned());
    }
    if let Some(rule) = config.rules.iter().find(|rule| !rule.path.is_empty() && !rule.path.starts_with('/')) {
        return Err(format!("The path \"{}\" does not begin with a slash.", rule.path));
    }
    ingress::check_certificates(&config.certificates)
}

fn twice<T: Hash + Eq + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut seen = HashSet::new();
    values.into_iter().find(|value| !seen.insert(*value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_carried_out_is_refused() {
        let pod = r#"{"pod": "a", "host": "a", "targets": {"": 1}}"#;
        let service = |ports: &str, endpoints: &str| {
            format!(r#"{{"service": {{"service": "web", "ports": [{ports}], "endpoints": [{endpoints}]}}}}"#)
        };
        let cases = [
            (service(r#"{"listen": 80}"#, pod), ""),
            (service(r#"{"listen": 80}, {"listen": 80, "name": "x", "protocol": "UDP"}"#, pod), ""),
            (service(r#"{"listen": 0}"#, pod), "Port 0 cannot be listened on."),
            (service(r#"{"listen": 80}, {"listen": 80, "name": "x"}"#, pod), "Port 80 is configured twice."),
            (service(r#"{"listen": 80}, {"listen": 81}"#, pod), "Two ports have the name \"\"."),
            (service("", &format!("{pod}, {pod}")), "Pod a is configured twice."),
            (service("", r#"{"pod": "a", "host": "", "targets": {}}"#), "Pod a has no host."),
            (
                service(
                    "",
                    r#"{"pod": "a", "host": "a", "targets": {}, "probes": [{"check": {"http": {"port": 1, "path": "/\r\n"}}}]}"#,
                ),
                "The readiness probe of pod a has control characters in its path or headers.",
            ),
            (r#"{"ingress": {"http": 80, "https": 80}}"#.to_owned(), "HTTP and HTTPS cannot be on the same port."),
            (
                r#"{"ingress": {"http": 80, "rules": [{"path": "x", "backend": {"service": "s", "host": "s", "port": 1}}]}}"#.to_owned(),
                "The path \"x\" does not begin with a slash.",
            ),
            (
                r#"{"ingress": {"certificates": [{"secret": "Secret shop/tls", "chain": "", "key": ""}]}}"#.to_owned(),
                "Secret shop/tls has no certificate in PEM.",
            ),
        ];
        for (json, expected) in cases {
            let config: Config = serde_json::from_str(&json).unwrap();
            assert_eq!(check(&config).err().unwrap_or_default(), expected, "{json}");
        }
    }
}
