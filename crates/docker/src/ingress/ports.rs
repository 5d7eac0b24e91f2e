//! The ports of the host that an environment's HTTP entry has.

use serde_json::Value;

use crate::engine::{EngineFault, FaultKind};

/// The annotation that chooses the port for HTTP.
pub const HTTP_PORT: &str = "landfall.dev/http-port";

/// The annotation that chooses the port for HTTPS.
pub const HTTPS_PORT: &str = "landfall.dev/https-port";

/// The ports of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// For HTTP.
    pub http: u16,
    /// For HTTPS; `None` without TLS.
    pub https: Option<u16>,
}

/// The ports that Ingresses ask for.
///
/// # Errors
/// An annotation that is no port, or two that differ.
pub fn ports(ingresses: &[&Value]) -> Result<Ports, EngineFault> {
    let has_tls = ingresses.iter().any(|ingress| ingress["spec"]["tls"].as_array().is_some_and(|tls| !tls.is_empty()));
    let http = chosen(ingresses, HTTP_PORT)?.unwrap_or(80);
    let https = chosen(ingresses, HTTPS_PORT)?.unwrap_or(443);
    Ok(Ports { http, https: has_tls.then_some(https) })
}

fn chosen(ingresses: &[&Value], annotation: &str) -> Result<Option<u16>, EngineFault> {
    let mut chosen: Option<(u16, &str)> = None;
    for ingress in ingresses {
        let Some(text) = ingress["metadata"]["annotations"][annotation].as_str() else { continue };
        let name = ingress["metadata"]["name"].as_str().unwrap_or_default();
        let fault = |why: String| EngineFault::new(FaultKind::Refused, format!("The Ingress '{name}' {why}"));
        let port = text.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
            fault(format!("cannot have the annotation {annotation}: {text}: it is no port from 1 to 65535"))
        })?;
        if let Some((other, first)) = chosen.filter(|(other, _)| *other != port) {
            return Err(fault(format!(
                "asks for port {port} by {annotation}, and the Ingress '{first}' for {other}: an environment has one HTTP entry"
            )));
        }
        chosen = Some((port, name));
    }
    Ok(chosen.map(|(port, _)| port))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ports_are_chosen_for_all() {
        let ingress = |name: &str, http: Value, tls: Value| json!({"metadata": {"name": name, "annotations": {HTTP_PORT: http}}, "spec": {"tls": tls}});
        let plain = ingress("plain", json!(null), json!(null));
        let high = ingress("high", json!("8080"), json!([{"secretName": "a"}]));
        let other = ingress("other", json!("8081"), json!(null));
        let bad = ingress("bad", json!("http"), json!(null));
        for (ingresses, expected) in [
            (vec![&plain], "80"),
            (vec![&plain, &high], "8080 443"),
            (
                vec![&high, &other],
                "The Ingress 'other' asks for port 8081 by landfall.dev/http-port, and the Ingress 'high' for 8080: an environment has one HTTP entry",
            ),
            (
                vec![&bad],
                "The Ingress 'bad' cannot have the annotation landfall.dev/http-port: http: it is no port from 1 to 65535",
            ),
        ] {
            let said = match ports(&ingresses) {
                Ok(Ports { http, https: None }) => http.to_string(),
                Ok(Ports { http, https: Some(https) }) => format!("{http} {https}"),
                Err(fault) => fault.message,
            };
            assert_eq!(said, expected);
        }
    }
}
