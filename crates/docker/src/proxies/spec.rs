//! What a proxy's container is made of.

use std::collections::BTreeMap;

use bollard::models::{
    ContainerCreateBody, EndpointSettings, HostConfig, NetworkingConfig, PortBinding, PortMap, RestartPolicy,
    RestartPolicyNameEnum,
};
use sha2::{Digest as _, Sha256};

use crate::{engine::Listed, pod::HostPort, site::Site};

/// Of what a proxy's container was made: it differs where the container has to be made anew.
const MADE_OF: &str = "landfall.dev/made-of";

/// A proxy's container. What it sends where is no part of it: that is told to it, and can change while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxySpec {
    /// Its name on the engine.
    pub name: String,
    /// What it is ([`crate::site::PART`]) and whose, as labels.
    pub labels: BTreeMap<String, String>,
    /// The names that it has in the environment's network.
    pub aliases: Vec<String>,
    /// The ports that are published on the host.
    pub published: Vec<HostPort>,
}

impl ProxySpec {
    /// Tells a container of other names and ports. The image does not count: a proxy of another version does its work.
    pub fn made_of(&self) -> String {
        let port = |port: &HostPort| {
            let address = port.address.map(|address| address.to_string()).unwrap_or_default();
            format!("{address}:{}:{}/{}", port.host_port, port.container_port, port.protocol.lower())
        };
        let ports: Vec<String> = self.published.iter().map(port).collect();
        let hash = Sha256::digest(format!("1 {} {}", self.aliases.join(","), ports.join(",")));
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// What the engine is asked to create.
    pub fn body(&self, site: &Site) -> ContainerCreateBody {
        let mut labels = self.labels.clone();
        labels.insert(MADE_OF.to_owned(), self.made_of());
        let mut bindings = PortMap::new();
        for port in &self.published {
            let binding = PortBinding {
                host_ip: port.address.map(|address| address.to_string()),
                host_port: Some(port.host_port.to_string()),
            };
            let key = format!("{}/{}", port.container_port, port.protocol.lower());
            bindings.entry(key).or_default().get_or_insert_default().push(binding);
        }
        let mut exposed: Vec<String> = bindings.keys().cloned().collect();
        exposed.sort();
        let endpoint = EndpointSettings { aliases: Some(self.aliases.clone()), ..EndpointSettings::default() };
        ContainerCreateBody {
            image: Some(site.image.clone()),
            entrypoint: Some(["/landfall", "proxy", "run"].map(str::to_owned).into()),
            labels: Some(labels.into_iter().collect()),
            exposed_ports: (!exposed.is_empty()).then_some(exposed),
            networking_config: Some(NetworkingConfig {
                endpoints_config: Some([(site.network.clone(), endpoint)].into()),
            }),
            host_config: Some(HostConfig {
                network_mode: Some(site.network.clone()),
                port_bindings: (!bindings.is_empty()).then_some(bindings),
                restart_policy: Some(RestartPolicy {
                    name: Some(RestartPolicyNameEnum::ALWAYS),
                    maximum_retry_count: None,
                }),
                cap_drop: Some(vec!["ALL".to_owned()]),
                cap_add: Some(vec!["NET_BIND_SERVICE".to_owned()]),
                security_opt: Some(vec!["no-new-privileges".to_owned()]),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        }
    }
}

/// How a proxy differs from what it should be; empty if it does not. `containers` are those of the environment.
pub fn drift(spec: &ProxySpec, containers: &[Listed]) -> Vec<String> {
    let name = &spec.name;
    let Some(container) = containers.iter().find(|container| container.name == *name) else {
        return vec![format!("its proxy, the container '{name}', is not there")];
    };
    let mut drift = Vec::new();
    if container.labels.get(MADE_OF) != Some(&spec.made_of()) {
        drift.push(format!("its proxy, the container '{name}', has other names or published ports"));
    }
    if container.state != "running" {
        drift.push(format!("its proxy, the container '{name}', does not run ({})", container.state));
    }
    drift
}

/// The label that tells of what a container was made.
pub(super) fn is_made_of(inspect: &serde_json::Value, spec: &ProxySpec) -> bool {
    inspect["Config"]["Labels"][MADE_OF].as_str() == Some(spec.made_of().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pod::Protocol;

    #[test]
    fn a_proxy_that_was_changed_by_hand_is_seen() {
        let port = HostPort { address: None, host_port: 8080, container_port: 80, protocol: Protocol::Tcp };
        let spec = ProxySpec {
            name: "svc-web.shop".into(),
            labels: BTreeMap::new(),
            aliases: vec!["web".into()],
            published: vec![port],
        };
        let container = |made_of: String, state: &str| Listed {
            name: "svc-web.shop".into(),
            labels: [(MADE_OF.to_owned(), made_of)].into(),
            state: state.into(),
            ..Listed::default()
        };
        for (containers, expected) in [
            (vec![container(spec.made_of(), "running")], ""),
            (vec![], "its proxy, the container 'svc-web.shop', is not there"),
            (
                vec![container(spec.made_of(), "exited")],
                "its proxy, the container 'svc-web.shop', does not run (exited)",
            ),
            (
                vec![container(String::new(), "running")],
                "its proxy, the container 'svc-web.shop', has other names or published ports",
            ),
        ] {
            assert_eq!(drift(&spec, &containers).join("; "), expected);
        }
        let other = ProxySpec { published: Vec::new(), ..spec.clone() };
        assert_ne!(other.made_of(), spec.made_of());
    }
}
