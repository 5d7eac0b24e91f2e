//! The checks of pods as those ask them who are in their network: proxies and the agent.

use std::time::Duration;

use landfall_proxy::config::{Check, Header, Probe as ProxyProbe};

use crate::pod::{Probe, ProbeCheck};

/// A check; `None` for a command, which only the engine can run.
pub fn check(check: &ProbeCheck) -> Option<Check> {
    let header = |(name, value): &(String, String)| Header { name: name.clone(), value: value.clone() };
    match check {
        ProbeCheck::Exec { .. } => None,
        ProbeCheck::Http { tls, host, port, path, headers } => Some(Check::Http {
            host: host.clone(),
            port: *port,
            path: path.clone(),
            tls: *tls,
            headers: headers.iter().map(header).collect(),
        }),
        ProbeCheck::Tcp { host, port } => Some(Check::Tcp { host: host.clone(), port: *port }),
        ProbeCheck::Grpc { port, service } => Some(Check::Grpc { port: *port, service: service.clone() }),
    }
}

/// A readiness probe; `None` for one that runs a command.
pub fn probe(probe: &Probe) -> Option<ProxyProbe> {
    Some(ProxyProbe {
        check: check(&probe.check)?,
        period_seconds: seconds(probe.period),
        timeout_seconds: seconds(probe.timeout),
        success_threshold: probe.success_threshold,
        failure_threshold: probe.failure_threshold,
    })
}

/// Whole seconds, at least one.
pub fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1)
}
