//! Probes, and the checks that hooks share with them.

use std::{collections::BTreeMap, time::Duration};

use super::node::{Faults, Node};

/// The three probes of a container.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Probes {
    /// Until it succeeds, the others are not run, and the container is not ready.
    pub startup: Option<Probe>,
    /// Whether the container gets requests.
    pub readiness: Option<Probe>,
    /// Whether the container is started again.
    pub liveness: Option<Probe>,
}

/// One probe, with the defaults of `SetDefaults_Probe`.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// What is done.
    pub check: ProbeCheck,
    /// The wait after the container's start; none by default.
    pub initial_delay: Duration,
    /// From one run to the next; 10 s by default.
    pub period: Duration,
    /// After which a run has failed; 1 s by default.
    pub timeout: Duration,
    /// How many runs in a row turn a failure to success; 1 by default.
    pub success_threshold: u32,
    /// How many runs in a row turn a success to failure; 3 by default.
    pub failure_threshold: u32,
    /// The grace period of a container that is stopped for this probe; the pod's by default.
    pub grace: Option<Duration>,
}

/// What a probe does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeCheck {
    /// Runs a command in the container; exit status 0 is success.
    Exec {
        /// The program and its arguments, no shell.
        command: Vec<String>,
    },
    /// Sends a GET request; a status from 200 to 399 is success. Certificates are not checked.
    Http {
        /// Whether by TLS.
        tls: bool,
        /// The host, if it is not the pod.
        host: Option<String>,
        /// The port; named ports are resolved.
        port: u16,
        /// Path and query.
        path: String,
        /// Headers, in order.
        headers: Vec<(String, String)>,
    },
    /// Opens a connection.
    Tcp {
        /// The host, if it is not the pod.
        host: Option<String>,
        /// The port.
        port: u16,
    },
    /// Asks the gRPC health service; `SERVING` is success.
    Grpc {
        /// The port.
        port: u16,
        /// The service's name; empty for the server as a whole.
        service: String,
    },
}

/// Reads the probes of a container. `ports` are its named ports.
///
/// Sources: `SetDefaults_Probe` and `validateProbe` of the API server; `pkg/probe` of the kubelet.
pub(super) fn read_all(container: &Node<'_>, ports: &Ports, faults: &mut Faults) -> Probes {
    let mut read =
        |name, only_one_success| container.given(name).and_then(|probe| read(&probe, ports, only_one_success, faults));
    Probes {
        startup: read("startupProbe", true),
        readiness: read("readinessProbe", false),
        liveness: read("livenessProbe", true),
    }
}

fn read(probe: &Node<'_>, ports: &Ports, only_one_success: bool, faults: &mut Faults) -> Option<Probe> {
    let check = check(probe, ports, faults);
    let mut count = |name, least, default: u32| {
        // Zero is what the API server replaces by the default.
        let node = probe.get(name);
        if node.number() == Some(0) {
            default
        } else {
            faults.number_in(&node, least..=i32::MAX.into()).unwrap_or(default)
        }
    };
    let seconds = |count: u32| Duration::from_secs(count.into());
    let initial_delay = seconds(count("initialDelaySeconds", 0, 0));
    let (period, timeout) = (seconds(count("periodSeconds", 1, 10)), seconds(count("timeoutSeconds", 1, 1)));
    let (success_threshold, failure_threshold) = (count("successThreshold", 1, 1), count("failureThreshold", 1, 3));
    if only_one_success && success_threshold != 1 {
        faults.add(&probe.get("successThreshold"), "must be 1 for this probe");
    }
    let grace = faults.number_in(&probe.get("terminationGracePeriodSeconds"), 1..=i64::MAX).map(Duration::from_secs);
    let check = check?;
    Some(Probe { check, initial_delay, period, timeout, success_threshold, failure_threshold, grace })
}

/// Reads the one action of a probe or hook; anything but one is a fault.
pub(super) fn check(node: &Node<'_>, ports: &Ports, faults: &mut Faults) -> Option<ProbeCheck> {
    let given: Vec<&str> =
        ["exec", "httpGet", "tcpSocket", "grpc"].into_iter().filter(|name| node.given(name).is_some()).collect();
    let [name] = given.as_slice() else {
        let message = "must have one of `exec`, `httpGet`, `tcpSocket` and `grpc`";
        faults.add(node, if given.is_empty() { message.to_owned() } else { format!("{message}, not several") });
        return None;
    };
    let action = node.get(name);
    let host = action.get("host").text().map(str::to_owned);
    match *name {
        "exec" => {
            let command: Vec<String> = action.get("command").texts().into_iter().map(str::to_owned).collect();
            if command.is_empty() {
                faults.add(&action.get("command"), "must not be empty");
                return None;
            }
            Some(ProbeCheck::Exec { command })
        }
        "httpGet" => {
            let tls = faults.one_of(&action.get("scheme"), &[("HTTP", false), ("HTTPS", true)]).unwrap_or(false);
            let path = action.get("path").text().unwrap_or("/");
            let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
            let headers = action.get("httpHeaders");
            let header = |header: Node<'_>| {
                let text = |name| header.get(name).value.as_str().unwrap_or_default().to_owned();
                (text("name"), text("value"))
            };
            let headers = headers.items().map(header).collect();
            let port = ports.resolve(&action.get("port"), faults)?;
            Some(ProbeCheck::Http { tls, host, port, path, headers })
        }
        "tcpSocket" => Some(ProbeCheck::Tcp { host, port: ports.resolve(&action.get("port"), faults)? }),
        _ => {
            let service = action.get("service").text().unwrap_or_default().to_owned();
            Some(ProbeCheck::Grpc { port: ports.resolve(&action.get("port"), faults)?, service })
        }
    }
}

/// The named ports of a container.
#[derive(Debug, Default)]
pub(super) struct Ports(BTreeMap<String, u16>);

impl Ports {
    pub fn of(container: &Node<'_>) -> Self {
        let named = |port: Node<'_>| {
            let number = u16::try_from(port.get("containerPort").number()?).ok()?;
            Some((port.get("name").text()?.to_owned(), number))
        };
        Self(container.get("ports").items().filter_map(named).collect())
    }

    /// The number of a port that is given by number or by name. A name of digits is a number, as for the kubelet.
    fn resolve(&self, node: &Node<'_>, faults: &mut Faults) -> Option<u16> {
        let number = match node.value.as_str() {
            Some(name) => self.0.get(name).copied().or_else(|| name.parse().ok()),
            None => node.number().and_then(|number| u16::try_from(number).ok()),
        };
        let number = number.filter(|number| *number > 0);
        if number.is_none() {
            let names: Vec<String> = self.0.keys().map(|name| format!("`{name}`")).collect();
            let message = match (node.value.as_str(), names.as_slice()) {
                (Some(name), []) => format!("the container has no port named `{name}`, nor any other name"),
                (Some(name), _) => format!("the container has no port named `{name}`, only {}", names.join(", ")),
                (None, _) => "must be a port: a number from 1 to 65535, or the name of one".to_owned(),
            };
            faults.add(node, message);
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn probes(probe: &Value) -> (Probes, Vec<String>) {
        let container = json!({"ports": [{"name": "http", "containerPort": 8080}], "livenessProbe": probe});
        let node = Node::new(&container, "c");
        let mut faults = Faults::default();
        let probes = read_all(&node, &Ports::of(&node), &mut faults);
        (probes, faults.lines())
    }

    #[test]
    fn a_probe_has_the_defaults_of_the_api_server() {
        let (probes, faults) = probes(&json!({"httpGet": {"port": "http", "path": "healthz"}, "periodSeconds": 0}));
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!((&probes.startup, &probes.readiness), (&None, &None));
        let expected = Probe {
            check: ProbeCheck::Http {
                tls: false,
                host: None,
                port: 8080,
                path: "/healthz".to_owned(),
                headers: Vec::new(),
            },
            initial_delay: Duration::ZERO,
            period: Duration::from_secs(10),
            timeout: Duration::from_secs(1),
            success_threshold: 1,
            failure_threshold: 3,
            grace: None,
        };
        assert_eq!(probes.liveness, Some(expected));
    }

    #[test]
    fn every_action_is_read() {
        let header = json!([{"name": "X-A", "value": "1"}, {"name": "X-A", "value": "2"}]);
        let pair = |value: &str| ("X-A".to_owned(), value.to_owned());
        for (probe, expected) in [
            (json!({"exec": {"command": ["a", "b c"]}}), ProbeCheck::Exec { command: vec!["a".into(), "b c".into()] }),
            (json!({"tcpSocket": {"port": "9000"}}), ProbeCheck::Tcp { host: None, port: 9000 }),
            (json!({"tcpSocket": {"port": 1, "host": "db"}}), ProbeCheck::Tcp { host: Some("db".into()), port: 1 }),
            (json!({"grpc": {"port": 50051}}), ProbeCheck::Grpc { port: 50051, service: String::new() }),
            (json!({"grpc": {"port": 1, "service": "s"}}), ProbeCheck::Grpc { port: 1, service: "s".into() }),
            (
                json!({"httpGet": {"port": 1, "scheme": "HTTPS", "httpHeaders": header}}),
                ProbeCheck::Http {
                    tls: true,
                    host: None,
                    port: 1,
                    path: "/".into(),
                    headers: vec![pair("1"), pair("2")],
                },
            ),
        ] {
            let (probes, faults) = probes(&probe);
            assert_eq!(probes.liveness.map(|probe| probe.check), Some(expected), "{probe}");
            assert_eq!(faults, Vec::<String>::new(), "{probe}");
        }
    }

    #[test]
    fn what_cannot_be_run_is_refused() {
        for (probe, expected) in [
            (json!({}), "c.livenessProbe: must have one of `exec`, `httpGet`, `tcpSocket` and `grpc`"),
            (
                json!({"exec": {"command": ["a"]}, "grpc": {"port": 1}}),
                "c.livenessProbe: must have one of `exec`, `httpGet`, `tcpSocket` and `grpc`, not several",
            ),
            (json!({"exec": {}}), "c.livenessProbe.exec.command: must not be empty"),
            (
                json!({"tcpSocket": {"port": "htp"}}),
                "c.livenessProbe.tcpSocket.port: the container has no port named `htp`, only `http`",
            ),
            (
                json!({"tcpSocket": {"port": 70000}}),
                "c.livenessProbe.tcpSocket.port: must be a port: a number from 1 to 65535, or the name of one",
            ),
            (
                json!({"httpGet": {"port": 1, "scheme": "ftp"}}),
                "c.livenessProbe.httpGet.scheme: must be one of `HTTP`, `HTTPS`, but it is `ftp`",
            ),
            (
                json!({"grpc": {"port": 1}, "timeoutSeconds": -1}),
                "c.livenessProbe.timeoutSeconds: must be from 1 to 2147483647, but it is -1",
            ),
            (
                json!({"grpc": {"port": 1}, "successThreshold": 2}),
                "c.livenessProbe.successThreshold: must be 1 for this probe",
            ),
        ] {
            assert_eq!(probes(&probe).1, [expected], "{probe}");
        }
    }
}
