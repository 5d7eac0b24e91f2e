//! The container that owns what a pod's containers share.

use std::collections::BTreeMap;

use bollard::models::{ContainerCreateBody, HostConfig, RestartPolicy, RestartPolicyNameEnum};

use super::{
    Mount, Network, Restart,
    body::{self, CreateFault, VolumeAt},
    mounts,
};

/// The container that owns a pod's network, IPC and process namespaces, and keeps its volumes in memory. It does nothing
/// else: `landfall proxy pause` of Landfall's own image.
///
/// The engine starts containers of one pod again in any order after it was stopped itself, and does not try those a
/// second time that find no sandbox yet: they are started by the next deploy's repair.
#[derive(Debug, Clone, PartialEq)]
pub struct Sandbox {
    /// The container's name on the engine.
    pub engine_name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The pod's network.
    pub network: Network,
    /// Whether all containers see each other's processes (`shareProcessNamespace`).
    pub shares_processes: bool,
    /// The volumes in memory that it keeps alive between containers, by their names in the pod.
    pub volumes: Vec<String>,
    /// When the pod's containers are started again.
    pub restart: Restart,
}

impl Sandbox {
    /// What the engine is asked to create, with the image that Landfall made of itself.
    ///
    /// # Errors
    /// If the place of a volume is not given.
    pub fn body(&self, image: &str, volumes: &BTreeMap<String, VolumeAt>) -> Result<ContainerCreateBody, CreateFault> {
        let mut host = HostConfig {
            restart_policy: Some(RestartPolicy { name: Some(self.restart_name()), maximum_retry_count: None }),
            ipc_mode: Some("shareable".to_owned()),
            ..HostConfig::default()
        };
        let mount = |volume: &String| Mount {
            volume: volume.clone(),
            // Folders of a container are made as needed, also in an image that has but one file.
            path: format!("/volumes/{volume}"),
            sub_path: None,
            read_only: true,
            propagation: super::Propagation::Private,
        };
        let mounts: Vec<Mount> = self.volumes.iter().map(mount).collect();
        mounts::add(&mut host, &mounts, volumes)?;
        let mut created = ContainerCreateBody {
            image: Some(image.to_owned()),
            entrypoint: Some(vec!["/landfall".to_owned(), "proxy".to_owned(), "pause".to_owned()]),
            labels: Some(self.labels.clone().into_iter().collect()),
            ..ContainerCreateBody::default()
        };
        body::add_network(&mut created, &mut host, &self.network);
        created.host_config = Some(host);
        Ok(created)
    }

    /// It is there as long as containers may be started again, also after the engine was stopped; not once it was stopped
    /// itself, as that of a Job that has ended.
    fn restart_name(&self) -> RestartPolicyNameEnum {
        match self.restart {
            Restart::Always | Restart::OnFailure => RestartPolicyNameEnum::UNLESS_STOPPED,
            Restart::Never => RestartPolicyNameEnum::NO,
        }
    }
}
