//! One container of a pod.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Env, Label, Lifecycle, Masked, Mount, Network, Probes, PullPolicy, Resources, Restart, Security, env,
    expand::expand,
    labels, lifecycle,
    node::{Faults, Node},
    probe::{self, Ports},
    pull, resources, security,
    translate::Context,
    volumes,
};

/// A container as it shall run. [`Self::body`] is what the engine is asked to create.
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerSpec {
    /// Its name in the pod.
    pub name: String,
    /// Its name on the engine.
    pub engine_name: String,
    /// What it is in its pod.
    pub role: Role,
    /// The image as the manifest names it.
    pub image: String,
    /// When the image is pulled.
    pub pull: PullPolicy,
    /// `command`; the image's entry point if `None`. Values of Secrets may be expanded in it.
    pub command: Option<Masked<Vec<String>>>,
    /// `args`; the image's if `None` and without `command`.
    pub args: Option<Masked<Vec<String>>>,
    /// Its variables; the image's come first.
    pub env: Env,
    /// The folder it starts in; the image's if `None`.
    pub working_dir: Option<String>,
    /// Where it sees which volume.
    pub mounts: Vec<Mount>,
    /// What it gets of the machine.
    pub resources: Resources,
    /// What it may do.
    pub security: Security,
    /// Its probes.
    pub probes: Probes,
    /// What is done after its start and before its stop.
    pub lifecycle: Lifecycle,
    /// When the engine starts it again.
    pub restart: Restart,
    /// The time between the signal to stop and the kill.
    pub grace: Duration,
    /// The signal to stop (`lifecycle.stopSignal`); the image's, or SIGTERM, if `None`.
    pub stop_signal: Option<String>,
    /// Whose namespaces it runs in.
    pub join: Join,
    /// Whether it sees all processes of the machine (`hostPID`).
    pub host_pid: bool,
    /// Whether it shares memory with the machine (`hostIPC`).
    pub host_ipc: bool,
    /// Whether its input stays open.
    pub stdin: bool,
    /// Whether its input ends with the first one who is attached.
    pub stdin_once: bool,
    /// Whether it has a terminal.
    pub tty: bool,
    /// Its labels on the engine ([`Label`]), and those of the pod.
    pub labels: BTreeMap<String, String>,
}

/// What a container is in its pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// One of `containers`.
    Main,
    /// Runs to its end before the next is started.
    Init,
    /// An init container that runs as long as the pod (`restartPolicy: Always`).
    Sidecar,
    /// Owns what the others share.
    Sandbox,
}

impl Role {
    /// As [`Label::Role`] has it.
    pub fn label(self) -> &'static str {
        match self {
            Role::Main => "main",
            Role::Init => "init",
            Role::Sidecar => "sidecar",
            Role::Sandbox => "sandbox",
        }
    }
}

/// Whose namespaces a container runs in.
#[derive(Debug, Clone, PartialEq)]
pub enum Join {
    /// Its own: the pod's network is its network.
    Own(Box<Network>),
    /// Those of the pod's sandbox, which has to run before.
    Sandbox {
        /// The sandbox's name on the engine.
        engine_name: String,
        /// Whether also the process namespace.
        shares_processes: bool,
    },
}

/// Reads one entry of `containers` or `initContainers`. `join` and the engine's name depend on the whole pod and are
/// given.
pub(super) fn read(
    context: &Context<'_>,
    container: &Node<'_>,
    role: Role,
    placed: (String, Join),
    faults: &mut Faults,
) -> ContainerSpec {
    let (engine_name, join) = placed;
    let pod = &context.pod;
    let name = container.get("name").text().unwrap_or_default().to_owned();
    let image = container.get("image");
    if image.text().is_none() {
        faults.add(&image, "must name an image");
    }
    let env = env::read(context, container, faults);
    let words = |field: &str| {
        let texts = container.get(field).texts();
        let expanded = texts.iter().map(|text| expand(text, &[&env.0])).collect::<Vec<_>>();
        (!expanded.is_empty()).then_some(Masked(expanded))
    };
    let ports = Ports::of(container);
    let mut labels = context.labels_of(role);
    labels.insert(Label::Container.key().to_owned(), name.clone());
    labels.insert(Label::PodDocument.key().to_owned(), labels::pack(&context.document));
    let restart = match role {
        Role::Sidecar | Role::Sandbox => Restart::Always,
        Role::Init if context.restart == Restart::Always => Restart::OnFailure,
        Role::Init | Role::Main => context.restart,
    };
    let has_no_probes = role == Role::Init;
    for probe in ["startupProbe", "readinessProbe", "livenessProbe", "lifecycle"] {
        if has_no_probes && let Some(probe) = container.given(probe) {
            faults.add(&probe, "must not be given for an init container without `restartPolicy: Always`");
        }
    }
    ContainerSpec {
        command: words("command"),
        args: words("args"),
        mounts: volumes::mounts(context, container, &env, faults),
        pull: pull::policy(container, faults),
        working_dir: container.get("workingDir").text().map(str::to_owned),
        resources: resources::read(&container.get("resources"), faults),
        security: security::read(&pod.get("securityContext"), &container.get("securityContext"), faults),
        probes: if has_no_probes { Probes::default() } else { probe::read_all(container, &ports, faults) },
        lifecycle: if has_no_probes {
            Lifecycle::default()
        } else {
            lifecycle::read(&container.get("lifecycle"), &ports, faults)
        },
        restart,
        stop_signal: container.get("lifecycle").get("stopSignal").text().map(str::to_owned),
        grace: context.grace,
        host_pid: pod.get("hostPID").is_true(),
        host_ipc: pod.get("hostIPC").is_true(),
        stdin: container.get("stdin").is_true(),
        stdin_once: container.get("stdinOnce").is_true(),
        tty: container.get("tty").is_true(),
        image: image.text().unwrap_or_default().to_owned(),
        name,
        engine_name,
        role,
        join,
        env,
        labels,
    }
}
