//! What a Service asks for.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    pod::{HostPort, Protocol, service_aliases},
    proxies::ProxySpec,
    site::Site,
};

/// The ports that a cluster gives to a `NodePort` that names none (`--service-node-port-range`).
const NODE_PORTS: std::ops::RangeInclusive<u16> = 30000..=32767;

/// How a Service finds what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// By a proxy before its pods.
    Pods,
    /// Its names are its pods'.
    Headless,
    /// By a proxy before another host, of this name.
    External(String),
}

/// How a Service finds what it is for.
pub fn kind(service: &Value) -> Kind {
    let spec = &service["spec"];
    match (spec["type"].as_str(), spec["externalName"].as_str()) {
        (Some("ExternalName"), Some(name)) => Kind::External(name.trim_end_matches('.').to_owned()),
        _ if spec["clusterIP"] == "None" => Kind::Headless,
        _ => Kind::Pods,
    }
}

/// Whether a Service selects pods with these labels; one without a selector selects none.
pub fn selects(service: &Value, labels: &BTreeMap<String, String>) -> bool {
    let Some(selector) = service["spec"]["selector"].as_object() else { return false };
    let is_met = |(key, value): (&String, &Value)| labels.get(key).map(String::as_str) == value.as_str();
    !selector.is_empty() && selector.iter().all(is_met)
}

/// The container of a Service's proxy.
pub fn spec(site: &Site, service: &Value) -> ProxySpec {
    let (namespace, name) = identity(service);
    let mut labels = site.labels("service");
    labels.insert("landfall.dev/namespace".to_owned(), namespace.to_owned());
    labels.insert("landfall.dev/service".to_owned(), name.to_owned());
    ProxySpec {
        name: container(namespace, name),
        labels,
        aliases: service_aliases(name, namespace),
        published: published(service),
    }
}

/// The name of a proxy's container.
pub fn container(namespace: &str, name: &str) -> String {
    format!("svc-{name}.{namespace}")
}

/// The ports that a Service publishes on the host: of a `NodePort` its `nodePort`s, of a `LoadBalancer` its `port`s. A
/// `NodePort` that names none has one that follows from its names, so that it is the same on every machine and after
/// every deploy; one that another has by chance is told as any port that is taken.
pub fn published(service: &Value) -> Vec<HostPort> {
    let kind = service["spec"]["type"].as_str().unwrap_or_default();
    let (namespace, name) = identity(service);
    let published = |port: &Value| {
        let container_port = number(&port["port"])?;
        let protocol = protocol(port)?;
        let host_port = match kind {
            "LoadBalancer" => container_port,
            "NodePort" => number(&port["nodePort"]).unwrap_or_else(|| {
                let text = format!("{namespace}/{name}/{container_port}/{}", protocol.lower());
                chosen(&text)
            }),
            _ => return None,
        };
        Some(HostPort { address: None, host_port, container_port, protocol })
    };
    ports(service).filter_map(published).collect()
}

/// The ports of a Service.
pub(super) fn ports(service: &Value) -> impl Iterator<Item = &Value> {
    service["spec"]["ports"].as_array().into_iter().flatten()
}

/// Namespace and name.
pub(super) fn identity(service: &Value) -> (&str, &str) {
    let text = |field: &str| service["metadata"][field].as_str().unwrap_or_default();
    (text("namespace"), text("name"))
}

/// A port's number.
pub(super) fn number(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|number| u16::try_from(number).ok()).filter(|number| *number > 0)
}

/// A port's protocol; `None` for one that the proxy does not speak.
pub(super) fn protocol(port: &Value) -> Option<Protocol> {
    match port["protocol"].as_str().filter(|text| !text.is_empty()).unwrap_or("TCP") {
        "TCP" => Some(Protocol::Tcp),
        "UDP" => Some(Protocol::Udp),
        _ => None,
    }
}

/// FNV-1a, as the names of environments.
fn chosen(text: &str) -> u16 {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let (first, last) = (*NODE_PORTS.start(), *NODE_PORTS.end());
    // The remainder is smaller than what it is added to leaves.
    first + u16::try_from(hash % u32::from(last - first + 1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_service_publishes_what_its_type_says() {
        for (spec, expected) in [
            (json!({"ports": [{"port": 80}]}), ""),
            (json!({"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]}), "30080:80/tcp"),
            (json!({"type": "NodePort", "ports": [{"port": 80}, {"port": 443}]}), "31377:80/tcp 31918:443/tcp"),
            (
                json!({"type": "LoadBalancer", "ports": [{"port": 80, "nodePort": 30080}, {"port": 53, "protocol": "UDP"}]}),
                "80:80/tcp 53:53/udp",
            ),
        ] {
            let service = json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": spec});
            let shown =
                |port: &HostPort| format!("{}:{}/{}", port.host_port, port.container_port, port.protocol.lower());
            assert_eq!(published(&service).iter().map(shown).collect::<Vec<_>>().join(" "), expected);
        }
    }

    #[test]
    fn a_selector_asks_for_all_its_labels() {
        let labels = BTreeMap::from([("app".to_owned(), "web".to_owned()), ("tier".to_owned(), "front".to_owned())]);
        for (selector, expected) in [
            (json!({"app": "web"}), true),
            (json!({"app": "web", "tier": "front"}), true),
            (json!({"app": "web", "tier": "back"}), false),
            (json!({"other": "x"}), false),
            (json!({}), false),
            (json!(null), false),
        ] {
            assert_eq!(selects(&json!({"spec": {"selector": selector}}), &labels), expected);
        }
    }
}
