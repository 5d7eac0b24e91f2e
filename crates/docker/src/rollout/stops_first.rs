//! Pods of which two cannot run beside each other.

use std::fmt;

use crate::pod::{HostPort, PodSpec, VolumeKind};

/// Why an old pod has to be gone before a new one can run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopsFirst {
    /// It writes to a claim, of this name.
    Claim(String),
    /// It publishes a port of the machine.
    HostPort(HostPort),
    /// It uses the machine's own network, so that its ports are taken by the old one.
    HostNetwork,
}

/// Why an old pod has to be gone before a new one of this kind can run; `None` where two can run beside each other.
pub fn stops_first(spec: &PodSpec) -> Option<StopsFirst> {
    let claim = spec.volumes.iter().find_map(|volume| match &volume.kind {
        VolumeKind::Claim(claim) if !claim.read_only => Some(StopsFirst::Claim(claim.claim.clone())),
        _ => None,
    });
    let port = || spec.network.ports.first().cloned().map(StopsFirst::HostPort);
    let network = || spec.network.host.then_some(StopsFirst::HostNetwork);
    claim.or_else(port).or_else(network)
}

impl fmt::Display for StopsFirst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StopsFirst::Claim(claim) => {
                write!(f, "it writes to the claim {claim}, which only one pod may do at a time")
            }
            StopsFirst::HostPort(port) => {
                write!(f, "it publishes port {} of the machine, which only one pod can", port.host_port)
            }
            StopsFirst::HostNetwork => write!(f, "it uses the machine's network, where the old one has its ports"),
        }
    }
}
