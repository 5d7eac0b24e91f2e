//! Services of type `ExternalName`.

use landfall_proxy::config::{Endpoint, EndpointState};
use serde_json::Value;

use super::{endpoints::port_name, object};

/// The other host as the one endpoint: each port of the Service goes to the same port there. What a client sends is not
/// changed; as with the cluster's name for a name, the other host sees the Service's name in `Host` and TLS.
pub fn endpoint(service: &Value, host: &str) -> Endpoint {
    let target = |port: &Value| Some((port_name(port), object::number(&port["port"])?));
    Endpoint {
        pod: host.to_owned(),
        uid: String::new(),
        host: host.to_owned(),
        targets: object::ports(service).filter_map(target).collect(),
        state: EndpointState::Active,
        ready: true,
        probed: true,
        probes: Vec::new(),
    }
}
