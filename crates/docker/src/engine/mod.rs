//! A Docker engine, or Podman's service that speaks the same API: every call that Landfall makes, each a method of
//! [`Engine`] in a file by what it is about.
//!
//! Source: <https://docs.docker.com/reference/api/engine/version/v1.41/>, the oldest version that Landfall works with.

mod address;
mod connect;
mod containers;
mod events;
mod fault;
mod images;
mod log;
mod logs;
mod networks;
mod run;
mod session;
mod settings;
mod volumes;

use std::{sync::Arc, time::Duration};

use bollard::Docker;
use jiff::Timestamp;

pub use address::{Address, DEFAULT, Tls};
pub use bollard::{
    auth::DockerCredentials as RegistryAuth,
    models::{ContainerCreateBody, Network, Volume},
};
pub use containers::Listed;
pub use events::{Event, EventKind};
pub use fault::{EngineFault, FaultKind};
pub use images::{Image, Progress};
pub use logs::Logs;
pub use run::Ran;
pub use session::{Exec, Input, Output, Part, Session};
pub use settings::changed as changed_settings;

/// A connection to an engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    docker: Docker,
    about: Arc<About>,
}

/// What an engine says of itself and its machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Where it is.
    pub address: Address,
    /// Its own id, which stays the same as long as its data does; of Podman, a hash of the folder of its data.
    pub id: String,
    /// The machine's name.
    pub name: String,
    /// Its version, such as `20.10.24`.
    pub version: String,
    /// The version of its API, such as `1.41`.
    pub api: String,
    /// Whether it is Podman.
    pub is_podman: bool,
    /// The machine's architecture in the words of images, such as `amd64`.
    pub architecture: String,
    /// Its processors.
    pub cpus: u32,
    /// Its memory in bytes.
    pub memory: u64,
    /// How it keeps what containers write, where they do not say it: `json-file`.
    pub log_driver: String,
    /// The settings of containers that its kernel cannot honour, or that it makes by itself.
    pub unsupported: Vec<String>,
    /// How far its clock is ahead of this machine's, in milliseconds.
    pub ahead: i64,
}

impl Engine {
    /// What the engine says of itself.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The time by the engine's clock: what it writes is compared with it, and events are asked for since then.
    pub fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(jiff::SignedDuration::from_millis(self.about.ahead)).unwrap_or(now)
    }

    /// The engine in a few words: `the Docker engine at unix:///var/run/docker.sock`.
    pub fn describe(&self) -> String {
        let kind = if self.about.is_podman { "Podman" } else { "the Docker engine" };
        format!("{kind} at {}", self.about.address)
    }

    /// The engine for a call whose answer takes longer than usual.
    fn patient(&self, longer: Duration) -> Docker {
        let docker = self.docker.clone();
        let timeout = docker.timeout() + longer;
        docker.with_timeout(timeout)
    }

    /// What an error of bollard's means, in a sentence.
    fn fault(&self, doing: &str, error: bollard::errors::Error) -> EngineFault {
        EngineFault::of(doing, error, &self.about.address)
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Engine").field(&self.about.address).finish()
    }
}
