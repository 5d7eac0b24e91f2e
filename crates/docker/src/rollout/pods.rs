//! The pods that there are, as far as the engine and the probes have told. Pure: no I/O.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use landfall_core::object::ObjectId;
use serde_json::Value;

use crate::{
    pod::{PodSpec, sandbox_name},
    present::{self, Missing, Seen},
};

/// A pod.
#[derive(Debug, Clone)]
pub struct PodState {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its UID.
    pub uid: String,
    /// The workload that it belongs to; itself, of a pod of its own.
    pub owner: ObjectId,
    /// The hash of the template that it was made from.
    pub version: String,
    /// Its number, of a StatefulSet's or an indexed Job's.
    pub ordinal: Option<i64>,
    /// What it was made from: `metadata` with `creationTimestamp`, and `spec`.
    pub made: Value,
    /// What it is to be. Of a pod that another Landfall made, only probes, hooks and times are there.
    pub spec: Arc<PodSpec>,
    /// Its containers, by their names in the pod; the sandbox by an empty name.
    pub containers: BTreeMap<String, ContainerState>,
    /// What this Landfall is doing with it.
    pub work: Work,
    /// Why a container could not be made.
    pub fault: Option<Fault>,
}

/// What this Landfall is doing with a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Nothing: it is there.
    None,
    /// It only shows why no pod can be made: there is nothing of it.
    Preparing,
    /// It is being made.
    Making,
    /// It is being stopped and removed.
    Leaving,
}

/// Why a container could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The container; all that are missing if `None`.
    pub container: Option<String>,
    /// The kubelet's word for it: `ErrImagePull`, `CreateContainerConfigError`, `CreateContainerError`.
    pub reason: &'static str,
    /// For people.
    pub message: String,
}

impl Fault {
    /// The newer of two faults; where only numbers differ, such as a port in an engine's words, the older one: it is no
    /// news.
    pub fn or_same(self, before: Option<&Self>) -> Self {
        let without_numbers = |fault: &Self| fault.message.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        let is_same = |before: &&Self| {
            before.reason == self.reason
                && before.container == self.container
                && without_numbers(before) == without_numbers(&self)
        };
        before.filter(is_same).cloned().unwrap_or(self)
    }
}

/// A container of a pod.
#[derive(Debug, Clone, Default)]
pub struct ContainerState {
    /// Its id on the engine.
    pub id: String,
    /// What the engine says of it.
    pub inspect: Value,
    /// The exit code of its last run, from the engine's event.
    pub last_exit: Option<i64>,
    /// What the probes say of its present run.
    pub probed: Probed,
}

/// What the probes say of one run of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probed {
    /// The run: when it started.
    pub run: String,
    /// Whether the startup probe has succeeded.
    pub started: bool,
    /// Since when the readiness probe succeeds, RFC 3339.
    pub ready_since: Option<String>,
    /// Whether the readiness probe has been answered in any way.
    pub answered: bool,
    /// Why the last probe failed.
    pub failure: Option<String>,
}

impl PodState {
    /// The pod as an API server would show it. Without `ownerReferences`: who shows it knows the UID of its owner.
    pub fn document(&self) -> Value {
        let fault = |name: &str| {
            let fault = self.fault.as_ref()?;
            let is_meant = fault.container.as_deref().is_none_or(|container| container == name);
            is_meant.then_some(Missing { reason: fault.reason, message: &fault.message })
        };
        let seen: Vec<Seen<'_>> = self
            .container_names()
            .map(|name| match self.containers.get(name) {
                Some(container) => container.seen(name),
                None => Seen { name, missing: fault(name), ..Seen::default() },
            })
            .collect();
        let mut document = present::pod(&self.made, &seen);
        if self.work == Work::Leaving {
            let created = document["metadata"]["creationTimestamp"].clone();
            document["metadata"]["deletionTimestamp"] = created;
        }
        document
    }

    /// Takes containers that nobody has probed for ready as long as they run: for who only looks, and cannot ask them.
    pub fn assume_ready(&mut self) {
        for container in self.containers.values_mut().filter(|container| container.is_running()) {
            let run = container.run().to_owned();
            if container.probed.run != run {
                let ready_since = Some(run.clone());
                container.probed = Probed { run, started: true, ready_since, answered: true, failure: None };
            }
        }
    }

    /// The name by which it is found on its network.
    pub fn host(&self) -> String {
        sandbox_name(&self.name, &self.namespace)
    }

    /// The names of its containers in the order of their making, without the sandbox.
    pub fn container_names(&self) -> impl Iterator<Item = &str> {
        ["initContainers", "containers"]
            .into_iter()
            .flat_map(|field| self.made["spec"][field].as_array().into_iter().flatten())
            .filter_map(|container| container["name"].as_str())
    }

    /// Whether all that it consists of has been made.
    pub fn is_whole(&self) -> bool {
        let has_sandbox = self.spec.sandbox.is_none() || self.containers.contains_key("");
        has_sandbox && self.container_names().all(|name| self.containers.contains_key(name))
    }

    /// Containers that still run in the network of an earlier run of their sandbox: they reach nobody, and nobody reaches
    /// them, until they are started again.
    pub fn torn(&self) -> Vec<&ContainerState> {
        let started = |container: &ContainerState| container.run().parse::<Timestamp>().ok();
        let Some(sandbox) = self.containers.get("").filter(|sandbox| sandbox.is_running()).and_then(started) else {
            return Vec::new();
        };
        let others = self.containers.values().filter(|container| container.is_running());
        others.filter(|container| started(container).is_some_and(|started| started < sandbox)).collect()
    }

    /// Whether a container that runs all the time has no readiness probe: it counts as ready as soon as it is started.
    pub fn has_unprobed(&self) -> bool {
        self.spec.containers.iter().any(|container| container.probes.readiness.is_none())
    }

    /// Whether it has been there for longer than it may (`activeDeadlineSeconds`).
    pub fn is_expired(&self, now: Timestamp) -> bool {
        let Some(deadline) = self.spec.deadline.and_then(|limit| i64::try_from(limit.as_secs()).ok()) else {
            return false;
        };
        let created = self.made["metadata"]["creationTimestamp"].as_str();
        let created: Option<Timestamp> = created.and_then(|time| time.parse().ok());
        created.is_some_and(|created| now.as_second() - created.as_second() >= deadline)
    }

    /// When it failed, if it did.
    pub fn failed_at(&self) -> Option<Timestamp> {
        let ended = self.containers.values().filter(|container| container.exit_code() != 0);
        let is_failed = self.work == Work::None && self.document()["status"]["phase"] == "Failed";
        ended.filter_map(|container| container.end().parse().ok()).max().filter(|_| is_failed)
    }

    /// Whether all readiness probes of containers that run have been answered: until then nobody knows whether it serves.
    pub fn is_known(&self) -> bool {
        // One that leaves is not asked any more.
        if self.work == Work::Leaving {
            return true;
        }
        let specs = self.spec.init.iter().chain(&self.spec.containers);
        specs.filter(|spec| spec.probes.readiness.is_some() || spec.probes.startup.is_some()).all(|spec| {
            let Some(container) = self.containers.get(&spec.name) else { return true };
            !container.is_running() || container.probed.answered && container.probed.run == container.run()
        })
    }
}

impl ContainerState {
    fn seen<'a>(&'a self, name: &'a str) -> Seen<'a> {
        let is_present = self.probed.run == self.run();
        Seen {
            name,
            inspect: Some(&self.inspect),
            missing: None,
            last_exit: self.last_exit,
            started: is_present && self.probed.started,
            ready_since: self.probed.ready_since.as_deref().filter(|_| is_present),
        }
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        matches!(self.status(), "running" | "paused")
    }

    /// When its present run started; tells it from others.
    pub fn run(&self) -> &str {
        self.text("/State/StartedAt")
    }

    /// When its last run ended.
    pub fn end(&self) -> &str {
        self.text("/State/FinishedAt")
    }

    /// The engine's word for its state.
    pub fn status(&self) -> &str {
        self.text("/State/Status")
    }

    /// How its last run ended; not looked at while it runs.
    pub fn exit_code(&self) -> i64 {
        self.inspect.pointer("/State/ExitCode").and_then(Value::as_i64).unwrap_or_default()
    }

    /// How often the engine has started it again.
    pub fn restarts(&self) -> i64 {
        self.inspect.pointer("/RestartCount").and_then(Value::as_i64).unwrap_or_default()
    }

    fn text(&self, path: &str) -> &str {
        self.inspect.pointer(path).and_then(Value::as_str).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_in_numbers_only_is_no_news() {
        let fault =
            |reason: &'static str, message: &str| Fault { container: None, reason, message: message.to_owned() };
        let before = fault("ErrImagePull", "read udp 127.0.0.1:47623: connection refused");
        for (new, is_news) in [
            (fault("ErrImagePull", "read udp 127.0.0.1:52151: connection refused"), false),
            (fault("ErrImagePull", "read udp 127.0.0.1:52151: no route to host"), true),
            (fault("CreateContainerError", "read udp 127.0.0.1:52151: connection refused"), true),
        ] {
            let told = new.clone().or_same(Some(&before));
            assert_eq!(told, if is_news { new } else { before.clone() });
        }
        assert_eq!(before.clone().or_same(None), before);
    }
}
