//! Containers: list, inspect, create, start, stop, kill, rename, remove, wait, and files put into them.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use bollard::{
    errors::Error,
    models::{ContainerCreateBody, ContainerSummary},
    query_parameters::{
        ContainerArchiveInfoOptionsBuilder, CreateContainerOptionsBuilder, InspectContainerOptions,
        KillContainerOptionsBuilder, ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
        RenameContainerOptionsBuilder, StartContainerOptions, StopContainerOptionsBuilder,
        UploadToContainerOptionsBuilder, WaitContainerOptionsBuilder,
    },
};
use bytes::Bytes;
use futures::StreamExt;
use serde_json::Value;

use super::{Engine, EngineFault, FaultKind, log, settings};

/// The patience for a container that runs until it ends: more than anybody waits.
const FOR_EVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// A container of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its name, without the slash before it.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The engine's word for its state: `running`, `exited`, ...
    pub state: String,
    /// The image's id.
    pub image_id: String,
    /// The names of the networks that it is connected to.
    pub networks: Vec<String>,
}

/// Podman cleans up within milliseconds; the machine may be busy.
const CLEANUP: Duration = Duration::from_secs(10);

/// How often it is asked whether it has.
const BETWEEN: Duration = Duration::from_millis(50);

impl Engine {
    /// The containers that have all these labels, running or not. A label with an empty value counts with any value.
    pub async fn containers(&self, labels: &[(&str, &str)]) -> Result<Vec<Listed>, EngineFault> {
        let options = ListContainersOptionsBuilder::default().all(true).filters(&label_filter(labels)).build();
        let listed = self.docker.list_containers(Some(options)).await;
        Ok(listed
            .map_err(|error| self.fault("Listing the containers", error))?
            .into_iter()
            .map(listed_container)
            .filter(|container| has_all(&container.labels, labels))
            .collect())
    }

    /// All that the engine says of a container: the answer to `GET /containers/{id}/json`.
    pub async fn inspect(&self, container: &str) -> Result<Value, EngineFault> {
        let doing = || format!("Inspecting the container '{container}'");
        let deadline = Instant::now() + CLEANUP;
        let answer = loop {
            match self.docker.inspect_container(container, None::<InspectContainerOptions>).await {
                // Podman's word for one that has ended and is not cleaned up yet, which Docker does not have.
                Err(Error::JsonDataError { message, .. })
                    if message.contains("`stopped`") && Instant::now() < deadline =>
                {
                    tokio::time::sleep(BETWEEN).await;
                }
                answer => break answer.map_err(|error| self.fault(&doing(), error))?,
            }
        };
        serde_json::to_value(answer)
            .map_err(|error| EngineFault::new(FaultKind::Other, format!("{} failed: {error}", doing())))
    }

    /// Makes a container, and tells its id. It is not started. What can be changed later is noted in a label; what it writes
    /// is kept up to a size.
    pub async fn create(&self, name: &str, body: &ContainerCreateBody) -> Result<String, EngineFault> {
        let options = CreateContainerOptionsBuilder::default().name(name).build();
        let mut body = body.clone();
        body.host_config.get_or_insert_default().log_config = log::config(&self.about.log_driver);
        let host = serde_json::to_value(&body.host_config).unwrap_or_default();
        body.labels.get_or_insert_default().insert(settings::LABEL.to_owned(), settings::settings(&host).to_string());
        let created = self.docker.create_container(Some(options), body).await;
        created
            .map(|created| created.id)
            .map_err(|error| self.fault(&format!("Creating the container '{name}'"), error))
    }

    /// Starts a container. One that runs already is none the worse for it.
    pub async fn start(&self, container: &str) -> Result<(), EngineFault> {
        let started = self.docker.start_container(container, None::<StartContainerOptions>).await;
        started.map_err(|error| self.fault(&format!("Starting the container '{container}'"), error))
    }

    /// Stops a container: its stop signal, and after `grace` SIGKILL. Returns when it has ended.
    pub async fn stop(&self, container: &str, grace: Duration) -> Result<(), EngineFault> {
        // The engine counts whole seconds, and takes a negative number for ever.
        let seconds = i32::try_from(grace.as_millis().div_ceil(1000)).unwrap_or(i32::MAX);
        let options = StopContainerOptionsBuilder::default().t(seconds).build();
        let stopped = self.patient(grace).stop_container(container, Some(options)).await;
        stopped.map_err(|error| self.fault(&format!("Stopping the container '{container}'"), error))
    }

    /// Sends a signal, such as `SIGTERM`.
    pub async fn kill(&self, container: &str, signal: &str) -> Result<(), EngineFault> {
        let options = KillContainerOptionsBuilder::default().signal(signal).build();
        let killed = self.docker.kill_container(container, Some(options)).await;
        killed.map_err(|error| self.fault(&format!("Sending {signal} to the container '{container}'"), error))
    }

    /// Lets a container that was paused go on.
    pub async fn unpause(&self, container: &str) -> Result<(), EngineFault> {
        let resumed = self.docker.unpause_container(container).await;
        resumed.map_err(|error| self.fault(&format!("Resuming the container '{container}'"), error))
    }

    /// Gives a container another name.
    pub async fn rename(&self, container: &str, name: &str) -> Result<(), EngineFault> {
        let options = RenameContainerOptionsBuilder::default().name(name).build();
        let renamed = self.docker.rename_container(container, options).await;
        renamed.map_err(|error| self.fault(&format!("Renaming the container '{container}' to '{name}'"), error))
    }

    /// Removes a container, running or not, with its anonymous volumes. One that is gone already is no fault.
    pub async fn remove(&self, container: &str) -> Result<(), EngineFault> {
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
        match self.docker.remove_container(container, Some(options)).await {
            // The one who removes it just now does what was asked.
            Err(Error::DockerResponseServerError { status_code: 409, message })
                if message.contains("already in progress") =>
            {
                Ok(())
            }
            Err(Error::DockerResponseServerError { status_code: 404, .. }) | Ok(()) => Ok(()),
            Err(error) => Err(self.fault(&format!("Removing the container '{container}'"), error)),
        }
    }

    /// Removes a container that does not run, with its anonymous volumes. One that is gone already is no fault.
    ///
    /// # Errors
    /// A fault of kind [`FaultKind::State`] where it runs.
    pub async fn remove_ended(&self, container: &str) -> Result<(), EngineFault> {
        let options = RemoveContainerOptionsBuilder::default().v(true).build();
        match self.docker.remove_container(container, Some(options)).await {
            Err(Error::DockerResponseServerError { status_code: 404, .. }) | Ok(()) => Ok(()),
            Err(error) => Err(self.fault(&format!("Removing the container '{container}'"), error)),
        }
    }

    /// The containers that mount a volume, running or not.
    pub async fn users_of_volume(&self, volume: &str) -> Result<Vec<Listed>, EngineFault> {
        let filter = HashMap::from([("volume".to_owned(), vec![volume.to_owned()])]);
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filter).build();
        let listed = self.docker.list_containers(Some(options)).await;
        Ok(listed
            .map_err(|error| self.fault(&format!("Listing the containers that use the volume '{volume}'"), error))?
            .into_iter()
            .map(listed_container)
            .collect())
    }

    /// Waits until a container has ended, and tells its exit code; at once for one that does not run.
    pub async fn wait(&self, container: &str) -> Result<i64, EngineFault> {
        let options = WaitContainerOptionsBuilder::default().condition("not-running").build();
        let docker = self.patient(FOR_EVER);
        let mut ends = docker.wait_container(container, Some(options));
        let doing = || format!("Waiting for the container '{container}'");
        match ends.next().await {
            Some(Ok(end)) => Ok(end.status_code),
            // How bollard tells an exit code that is not 0.
            Some(Err(Error::DockerContainerWaitError { code, .. })) => Ok(code),
            Some(Err(error)) => Err(self.fault(&doing(), error)),
            None => {
                Err(EngineFault::new(FaultKind::Unreachable, format!("{} failed: the engine said nothing", doing())))
            }
        }
    }

    /// The permission bits of a path in a container, running or not, with the volumes that it mounts; `None` if nothing is
    /// there.
    pub async fn mode_of(&self, container: &str, path: &str) -> Result<Option<u32>, EngineFault> {
        // How Go writes the bit of the group in a mode.
        const GO_SETGID: u32 = 1 << 22;
        let options = ContainerArchiveInfoOptionsBuilder::default().path(path).build();
        match self.docker.get_container_archive_info(container, Some(options)).await {
            Ok(found) => {
                let setgid = if found.file_mode & GO_SETGID == 0 { 0 } else { 0o2000 };
                Ok(Some(found.file_mode & 0o777 | setgid))
            }
            Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
            Err(error) => Err(self.fault(&format!("Looking for {path} in the container '{container}'"), error)),
        }
    }

    /// Unpacks a tar into a folder of a container, running or not.
    pub async fn put_archive(&self, container: &str, folder: &str, tar: Vec<u8>) -> Result<(), EngineFault> {
        let options = UploadToContainerOptionsBuilder::default().path(folder).build();
        let put = self.docker.upload_to_container(container, Some(options), bollard::body_full(Bytes::from(tar))).await;
        put.map_err(|error| self.fault(&format!("Putting files into {folder} of the container '{container}'"), error))
    }
}

/// Whether something has all labels that were asked for. Podman gives what has any of them, of volumes: whoever removes what
/// it is given would remove claims.
pub(super) fn has_all<'a>(own: impl IntoIterator<Item = (&'a String, &'a String)>, labels: &[(&str, &str)]) -> bool {
    let own: BTreeMap<&str, &str> = own.into_iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    labels.iter().all(|(key, value)| own.get(key).is_some_and(|own| value.is_empty() || own == value))
}

/// The filter for labels.
pub(super) fn label_filter(labels: &[(&str, &str)]) -> HashMap<String, Vec<String>> {
    let words = labels.iter().map(|(key, value)| match *value {
        "" => (*key).to_owned(),
        value => format!("{key}={value}"),
    });
    HashMap::from([("label".to_owned(), words.collect())])
}

fn listed_container(summary: ContainerSummary) -> Listed {
    let networks = summary.network_settings.and_then(|settings| settings.networks).unwrap_or_default();
    let mut networks: Vec<String> = networks.into_keys().collect();
    networks.sort();
    Listed {
        id: summary.id.unwrap_or_default(),
        name: summary
            .names
            .unwrap_or_default()
            .first()
            .map(|name| name.trim_start_matches('/').to_owned())
            .unwrap_or_default(),
        labels: summary.labels.unwrap_or_default().into_iter().collect(),
        state: summary.state.map(|state| state.to_string()).unwrap_or_default(),
        image_id: summary.image_id.unwrap_or_default(),
        networks,
    }
}
