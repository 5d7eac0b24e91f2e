//! What the engine is asked to create.

use std::{collections::BTreeMap, net::IpAddr};

use bollard::models::{
    ContainerCreateBody, EndpointSettings, HealthConfig, HostConfig, NetworkingConfig, PortBinding, RestartPolicy,
    RestartPolicyNameEnum,
};

use super::{ContainerSpec, Join, Network, Resources, Restart, Security, address, mounts};

/// What is known when a container is created, and not before.
#[derive(Debug, Clone, Default)]
pub struct CreateFacts {
    /// Where the pod's volumes are, by their names in the pod.
    pub volumes: BTreeMap<String, VolumeAt>,
    /// The user that the image names (`Config.User` of its inspection); empty for root.
    pub image_user: String,
    /// The pod's address: that of its running sandbox. Only asked for with [`super::PodSpec::needs_address`].
    pub address: Option<IpAddr>,
    /// The machine's address as its pods reach it: the gateway of the environment's network. Only asked for with
    /// [`super::PodSpec::needs_host_address`].
    pub host_address: Option<IpAddr>,
}

/// Where a volume of a pod is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VolumeAt {
    /// A volume of the engine.
    Named {
        /// Its name.
        name: String,
        /// The folder on the engine's machine that holds its content, which a part of it (`subPath`) is mounted from.
        mountpoint: String,
    },
    /// A file or folder of the engine's machine.
    Host {
        /// Its absolute path.
        path: String,
        /// Whether the engine makes a folder of it where nothing is there.
        create: bool,
    },
}

/// Why a container cannot be created as asked for. The words are those of the kubelet where it has any.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreateFault {
    /// `runAsNonRoot`, but the image runs as root.
    #[error(
        "container has runAsNonRoot and image will run as root; set runAsUser to a number other than 0, or take another image"
    )]
    Root,
    /// `runAsNonRoot`, but the image names its user, whose number is not known.
    #[error(
        "container has runAsNonRoot and image has non-numeric user ({0}), cannot verify user is non-root; set runAsUser to its number"
    )]
    UnknownUser(String),
    /// A mount of a volume that nobody made.
    #[error("the volume '{0}' was not made before the container")]
    NoVolume(String),
    /// A path of the machine that the engine's notation cannot hold.
    #[error("the path '{0}' has a colon, which the engine does not take in a path of the machine")]
    Colon(String),
    /// An address that is asked for and not known.
    #[error("the address that the container is to be told is not known yet")]
    NoAddress,
}

impl ContainerSpec {
    /// What the engine is asked to create (API 1.41).
    ///
    /// # Errors
    /// What only the facts tell: `runAsNonRoot` with an image of root, or facts that are missing.
    pub fn body(&self, facts: &CreateFacts) -> Result<ContainerCreateBody, CreateFault> {
        let fill =
            |text: &String| address::fill_in(text, facts.address, facts.host_address).ok_or(CreateFault::NoAddress);
        let fill_all = |texts: &Vec<String>| texts.iter().map(fill).collect::<Result<Vec<_>, _>>();
        let env: Vec<String> = self.env.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut host = HostConfig { restart_policy: Some(restart_policy(self.restart)), ..HostConfig::default() };
        add_resources(&mut host, &self.resources);
        add_security(&mut host, &self.security);
        mounts::add(&mut host, &self.mounts, &facts.volumes)?;
        let mut body = ContainerCreateBody {
            image: Some(self.image.clone()),
            entrypoint: self.command.as_ref().map(|command| fill_all(command)).transpose()?,
            cmd: self.args.as_ref().map(|args| fill_all(args)).transpose()?,
            env: Some(fill_all(&env)?),
            working_dir: self.working_dir.clone(),
            user: user(&self.security, &facts.image_user)?,
            open_stdin: self.stdin.then_some(true),
            stdin_once: self.stdin_once.then_some(true),
            tty: self.tty.then_some(true),
            labels: Some(self.labels.clone().into_iter().collect()),
            // The kubelet does not know the image's own check, and probes say more.
            healthcheck: Some(HealthConfig { test: Some(vec!["NONE".to_owned()]), ..HealthConfig::default() }),
            stop_signal: self.stop_signal.clone(),
            stop_timeout: Some(i64::try_from(self.grace.as_secs()).unwrap_or(i64::MAX)),
            ..ContainerCreateBody::default()
        };
        match &self.join {
            Join::Own(network) => add_network(&mut body, &mut host, network),
            Join::Sandbox { engine_name, shares_processes } => {
                let shared = format!("container:{engine_name}");
                host.network_mode = Some(shared.clone());
                host.pid_mode = shares_processes.then(|| shared.clone());
                host.ipc_mode = Some(shared);
            }
        }
        if self.host_pid {
            host.pid_mode = Some("host".to_owned());
        }
        if self.host_ipc {
            host.ipc_mode = Some("host".to_owned());
        }
        body.host_config = Some(host);
        Ok(body)
    }
}

/// The engine's policy. It waits 0.1 s before the first start, doubling up to a minute, where the kubelet waits 10 s up to
/// five minutes.
pub(super) fn restart_policy(restart: Restart) -> RestartPolicy {
    let name = match restart {
        Restart::Always => RestartPolicyNameEnum::ALWAYS,
        Restart::OnFailure => RestartPolicyNameEnum::ON_FAILURE,
        Restart::Never => RestartPolicyNameEnum::NO,
    };
    RestartPolicy { name: Some(name), maximum_retry_count: None }
}

fn user(security: &Security, image_user: &str) -> Result<Option<String>, CreateFault> {
    let (of_image, _) = image_user.split_once(':').unwrap_or((image_user, ""));
    if security.non_root && security.user.user.is_none() {
        match of_image.parse::<u32>() {
            Ok(0) => return Err(CreateFault::Root),
            Ok(_) => {}
            Err(_) if of_image.is_empty() => return Err(CreateFault::Root),
            Err(_) => return Err(CreateFault::UnknownUser(of_image.to_owned())),
        }
    }
    Ok(match (security.user.user, security.user.group) {
        (Some(user), Some(group)) => Some(format!("{user}:{group}")),
        (Some(user), None) => Some(user.to_string()),
        (None, Some(group)) if of_image.is_empty() => Some(format!("0:{group}")),
        (None, Some(group)) => Some(format!("{of_image}:{group}")),
        (None, None) => None,
    })
}

fn add_resources(host: &mut HostConfig, resources: &Resources) {
    let number = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
    host.cpu_shares = resources.cpu_shares.map(number);
    if let Some(quota) = resources.cpu_quota {
        host.cpu_period = Some(100_000);
        host.cpu_quota = Some(number(quota));
    }
    host.memory = resources.memory.map(number);
    host.memory_swap = host.memory;
    host.memory_reservation = resources.memory_reservation.map(number);
}

fn add_security(host: &mut HostConfig, security: &Security) {
    let given = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
    let mut options: Vec<String> = security.selinux.options.iter().map(|option| format!("label={option}")).collect();
    if !security.escalation {
        options.push("no-new-privileges".to_owned());
    }
    if security.seccomp_unconfined {
        options.push("seccomp=unconfined".to_owned());
    }
    options.extend(security.apparmor.iter().map(|profile| format!("apparmor={profile}")));
    host.security_opt = given(&options);
    host.privileged = security.privileged.then_some(true);
    host.readonly_rootfs = security.read_only_root.then_some(true);
    host.cap_add = given(&security.add);
    host.cap_drop = given(&security.drop);
    host.group_add = given(&security.groups.iter().map(u32::to_string).collect());
    if security.unmasked_proc {
        host.masked_paths = Some(Vec::new());
        host.readonly_paths = Some(Vec::new());
    }
}

pub(super) fn add_network(body: &mut ContainerCreateBody, host: &mut HostConfig, network: &Network) {
    let given = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
    host.dns = given(&network.dns_servers);
    host.dns_search = given(&network.dns_search);
    host.dns_options = given(&network.dns_options);
    host.extra_hosts = given(&network.extra_hosts.iter().map(|(name, address)| format!("{name}:{address}")).collect());
    host.sysctls = (!network.sysctls.is_empty()).then(|| network.sysctls.iter().cloned().collect());
    if network.host {
        host.network_mode = Some("host".to_owned());
        return;
    }
    body.hostname.clone_from(&network.hostname);
    body.domainname.clone_from(&network.domain);
    host.network_mode = Some(network.name.clone());
    let endpoint = EndpointSettings { aliases: given(&network.aliases), ..EndpointSettings::default() };
    let endpoints = [(network.name.clone(), endpoint)].into();
    body.networking_config = Some(NetworkingConfig { endpoints_config: Some(endpoints) });
    let mut ports: bollard::models::PortMap = bollard::models::PortMap::new();
    for port in &network.ports {
        let binding = PortBinding {
            host_ip: port.address.map(|address| address.to_string()),
            host_port: Some(port.host_port.to_string()),
        };
        let key = format!("{}/{}", port.container_port, port.protocol.lower());
        ports.entry(key).or_default().get_or_insert_default().push(binding);
    }
    if !ports.is_empty() {
        let mut exposed: Vec<String> = ports.keys().cloned().collect();
        exposed.sort();
        body.exposed_ports = Some(exposed);
        host.port_bindings = Some(ports);
    }
}
