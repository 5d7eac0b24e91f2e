//! Pods as Services see them.

use std::{collections::BTreeMap, net::IpAddr};

use landfall_proxy::config::Probe;
use serde_json::Value;

use super::object::{number, protocol};
use crate::{
    ask,
    pod::{ProbeCheck, Protocol},
    rollout::PodState,
};

/// What a Service has to know of a pod. It does not change while the pod lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodView {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its UID.
    pub uid: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Where it is: a name in the network, or the machine's address.
    pub host: String,
    /// Its ports with names.
    pub ports: BTreeMap<(String, Protocol), u16>,
    /// The readiness probes that a proxy can run itself.
    pub probes: Vec<Probe>,
    /// Whether only Landfall can say that it is ready: by a command in a container, or a startup probe alone.
    pub needs_word: bool,
}

/// A pod, and what was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The pod.
    pub view: PodView,
    /// What this Landfall has found out about it: whether it is ready. `None`: it has not looked.
    pub word: Option<bool>,
    /// Whether it was there before this deploy.
    pub is_older: bool,
    /// Whether it is about to be stopped.
    pub leaving: bool,
}

impl PodView {
    /// A pod of the rollouts. `machine` is where pods are that use the machine's own network.
    pub fn of(pod: &PodState, machine: Option<IpAddr>) -> Self {
        let spec = &pod.made["spec"];
        let labels = pod.made["metadata"]["labels"].as_object().into_iter().flatten();
        let containers =
            ["initContainers", "containers"].into_iter().flat_map(|field| spec[field].as_array().into_iter().flatten());
        let named = |port: &Value| {
            let name = port["name"].as_str().filter(|name| !name.is_empty())?;
            Some(((name.to_owned(), protocol(port)?), number(&port["containerPort"])?))
        };
        let probes = pod.spec.init.iter().chain(&pod.spec.containers).map(|container| &container.probes);
        let is_command = |probes: &crate::pod::Probes| {
            probes.readiness.as_ref().is_some_and(|probe| matches!(probe.check, ProbeCheck::Exec { .. }))
        };
        let host = match machine.filter(|_| spec["hostNetwork"] == true) {
            Some(machine) => machine.to_string(),
            None => pod.host(),
        };
        Self {
            name: pod.name.clone(),
            namespace: pod.namespace.clone(),
            uid: pod.uid.clone(),
            labels: labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect(),
            host,
            ports: containers
                .flat_map(|container| container["ports"].as_array().into_iter().flatten())
                .filter_map(named)
                .collect(),
            probes: probes.clone().filter_map(|probes| ask::probe(probes.readiness.as_ref()?)).collect(),
            needs_word: probes
                .into_iter()
                .any(|probes| is_command(probes) || probes.startup.is_some() && probes.readiness.is_none()),
        }
    }
}
