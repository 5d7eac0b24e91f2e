//! A proxy's process, and pods behind it.

pub mod client;
pub mod pod;
pub mod proxy;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use landfall_proxy::config::{Endpoint, EndpointState, Protocol, ServiceConfig, ServicePort};

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// A Service with one port.
pub fn service(revision: u64, listen: u16, endpoints: Vec<Endpoint>) -> ServiceConfig {
    ServiceConfig {
        revision,
        service: "web in namespace shop".to_owned(),
        ports: vec![ServicePort { name: String::new(), listen, protocol: Protocol::Tcp }],
        endpoints,
        affinity_seconds: None,
        hold_seconds: 0,
    }
}

/// A ready pod without probes.
pub fn endpoint(pod: &str, at: SocketAddr) -> Endpoint {
    Endpoint {
        pod: pod.to_owned(),
        uid: String::new(),
        host: at.ip().to_string(),
        targets: BTreeMap::from([(String::new(), at.port())]),
        state: EndpointState::Active,
        ready: true,
        probed: false,
        probes: Vec::new(),
    }
}

/// The same pod on its way out.
pub fn leaving(endpoint: Endpoint) -> Endpoint {
    Endpoint { state: EndpointState::Leaving, ..endpoint }
}
