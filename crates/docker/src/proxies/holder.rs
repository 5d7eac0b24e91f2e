//! Who has a port of the host.

use serde_json::Value;

use super::ProxySpec;
use crate::engine::{Engine, EngineFault, FaultKind};

/// Adds to the fault of a port that is taken who has it, where that can be known: a container of the engine. A program of
/// the host itself cannot be seen through the engine.
pub async fn with_holder(engine: &Engine, spec: &ProxySpec, fault: EngineFault) -> EngineFault {
    if fault.kind != FaultKind::PortTaken {
        return fault;
    }
    // Without a list there is no name to tell; the fault is clear all the same.
    let Ok(running) = engine.containers(&[]).await else { return fault };
    for container in running.iter().filter(|container| container.state == "running" && container.name != spec.name) {
        let Ok(inspect) = engine.inspect(&container.id).await else { continue };
        let taken = spec.published.iter().find(|port| {
            let key = format!("/{}", port.protocol.lower());
            publishes(&inspect, port.host_port, &key)
        });
        if let Some(port) = taken {
            let (host_port, protocol, name) = (port.host_port, port.protocol.lower(), &container.name);
            let message = format!(
                "Port {host_port}/{protocol} of the host, which the container '{}' is to publish, is taken by the container '{name}'",
                spec.name
            );
            let remedy = format!("Stop '{name}', or choose another port in the manifest");
            return EngineFault::new(FaultKind::PortTaken, message).remedy(remedy);
        }
    }
    fault
}

/// Whether a container publishes a port of the host.
fn publishes(inspect: &Value, host_port: u16, protocol: &str) -> bool {
    let ports = inspect["NetworkSettings"]["Ports"].as_object().into_iter().flatten();
    ports
        .filter(|(key, _)| key.ends_with(protocol))
        .flat_map(|(_, bindings)| bindings.as_array().into_iter().flatten())
        .any(|binding| binding["HostPort"].as_str() == Some(&host_port.to_string()))
}
