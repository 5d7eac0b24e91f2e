//! The names, addresses and ports of a pod.

use std::net::IpAddr;

use super::{
    names,
    node::{Faults, Node},
    translate::Context,
};

/// The longest host name that Linux takes.
const LONGEST_HOSTNAME: usize = 63;

/// How a pod is reached, and what it can reach. Owned by the sandbox, or by the one container.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// Whether the pod uses the machine's own network (`hostNetwork`).
    pub host: bool,
    /// The engine's network; meaningless with `host`.
    pub name: String,
    /// The names that others find the pod by: of headless Services that select it, and its own below its `subdomain`.
    pub aliases: Vec<String>,
    /// The host name inside; `None` with `host`.
    pub hostname: Option<String>,
    /// Its domain, which makes a full name of it: of a pod with a `subdomain`, such as those of a StatefulSet.
    pub domain: Option<String>,
    /// `hostAliases`: lines of `/etc/hosts`, as `name` and address.
    pub extra_hosts: Vec<(String, String)>,
    /// Name servers of `dnsConfig`; the engine's own if empty.
    pub dns_servers: Vec<String>,
    /// Search domains.
    pub dns_search: Vec<String>,
    /// Options of the resolver, such as `ndots:2`.
    pub dns_options: Vec<String>,
    /// `hostPort`s of all containers.
    pub ports: Vec<HostPort>,
    /// Kernel parameters of the pod's namespaces.
    pub sysctls: Vec<(String, String)>,
}

/// A port that is published on the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// The machine's address; all if `None`.
    pub address: Option<IpAddr>,
    /// The port of the machine.
    pub host_port: u16,
    /// The port of the container.
    pub container_port: u16,
    /// The protocol.
    pub protocol: Protocol,
}

/// The protocol of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// TCP, the default.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// As the engine writes it in `80/tcp`.
    pub fn lower(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Sctp => "sctp",
        }
    }
}

/// Reads what a pod says of its network.
///
/// Source: `GeneratePodHostNameAndDomain` and `getPodDNS` in `pkg/kubelet`.
pub(super) fn read(context: &Context<'_>, faults: &mut Faults) -> Network {
    let (pod, input) = (&context.pod, context.input);
    let host = pod.get("hostNetwork").is_true();
    let hostname: String = pod.get("hostname").text().unwrap_or(input.name).chars().take(LONGEST_HOSTNAME).collect();
    let hostname = hostname.trim_end_matches(['-', '.']).to_owned();
    let subdomain = pod.get("subdomain").text().or(input.governing_service);
    let domain = subdomain.map(|subdomain| names::domain(subdomain, input.namespace));
    let services = input.sources.services(input.namespace);
    let aliases = names::dns_aliases(&context.labels, input.namespace, &services, &hostname, subdomain);
    // The engine puts the domain behind the name by itself.
    let (shown, domain) = match domain {
        Some(domain) if pod.get("setHostnameAsFQDN").is_true() => (format!("{hostname}.{domain}"), None),
        domain => (hostname, domain),
    };
    let config = pod.get("dnsConfig");
    let texts = |field: &str| config.get(field).texts().into_iter().map(str::to_owned).collect::<Vec<_>>();
    let option = |option: Node<'_>| {
        let name = option.get("name").text()?;
        Some(option.get("value").text().map_or_else(|| name.to_owned(), |value| format!("{name}:{value}")))
    };
    let policies = [("ClusterFirst", false), ("ClusterFirstWithHostNet", true), ("Default", false), ("None", false)];
    if faults.one_of(&pod.get("dnsPolicy"), &policies) == Some(true) && host {
        let message = "cannot be had with `hostNetwork`: names of Services are known in the engine's network only; write \
                       `Default` if the pod asks for none";
        faults.add(&pod.get("dnsPolicy"), message);
    }
    let sysctls = pod.get("securityContext").get("sysctls");
    let sysctl = |sysctl: Node<'_>| {
        Some((sysctl.get("name").text()?.to_owned(), sysctl.get("value").value.as_str()?.to_owned()))
    };
    Network {
        host,
        name: input.network.to_owned(),
        aliases: if host { Vec::new() } else { aliases },
        hostname: (!host).then_some(shown),
        domain: domain.filter(|_| !host),
        extra_hosts: extra_hosts(pod, faults),
        dns_servers: texts("nameservers"),
        dns_search: texts("searches"),
        dns_options: config.get("options").items().filter_map(option).collect(),
        ports: if host { Vec::new() } else { host_ports(context, faults) },
        sysctls: sysctls.items().filter_map(sysctl).collect(),
    }
}

fn extra_hosts(pod: &Node<'_>, faults: &mut Faults) -> Vec<(String, String)> {
    let mut hosts = Vec::new();
    for alias in pod.get("hostAliases").items() {
        let address = alias.get("ip");
        match address.text() {
            Some(ip) if ip.parse::<IpAddr>().is_ok() => {
                hosts.extend(alias.get("hostnames").texts().into_iter().map(|name| (name.to_owned(), ip.to_owned())));
            }
            _ => faults.add(&address, "must be an IP address"),
        }
    }
    hosts
}

fn host_ports(context: &Context<'_>, faults: &mut Faults) -> Vec<HostPort> {
    let mut ports: Vec<HostPort> = Vec::new();
    for port in context.containers().flat_map(|container| container.get("ports").items().collect::<Vec<_>>()) {
        let number = faults.number_in::<u16>(&port.get("containerPort"), 1..=65535);
        let published = port.get("hostPort");
        if published.number().is_none_or(|number| number == 0) {
            continue;
        }
        let protocols = [("TCP", Protocol::Tcp), ("UDP", Protocol::Udp), ("SCTP", Protocol::Sctp)];
        let protocol = faults.one_of(&port.get("protocol"), &protocols).unwrap_or(Protocol::Tcp);
        let host_address = port.get("hostIP");
        let address = host_address.text().and_then(|ip| ip.parse().ok());
        if host_address.text().is_some() && address.is_none() {
            faults.add(&host_address, "must be an IP address");
        }
        let Some((container_port, host_port)) = number.zip(faults.number_in(&published, 1..=65535)) else { continue };
        let is_same =
            |other: &HostPort| (other.address, other.host_port, other.protocol) == (address, host_port, protocol);
        if ports.iter().any(is_same) {
            faults.add(&published, "is published by another container of the pod already");
            continue;
        }
        ports.push(HostPort { address, host_port, container_port, protocol });
    }
    ports
}
