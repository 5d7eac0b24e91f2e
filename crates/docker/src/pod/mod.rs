//! From a pod template to containers, as the kubelet would make them: a pure translation without an engine.
//!
//! [`translate`] reads a template and everything that it refers to, and answers with a [`PodSpec`] of plain values, or
//! with every field that cannot be honoured. What is only known while a pod is being made (where a volume lies, which
//! address the pod has, which user its image names) is given later, to [`ContainerSpec::body`] and [`Sandbox::body`].
//!
//! Sources: the kubelet's rules of Kubernetes v1.37, named at each of them.

mod address;
mod body;
mod claim;
mod container;
mod env;
mod expand;
mod field_ref;
mod files;
mod hash;
mod input;
mod key;
mod labels;
mod lifecycle;
mod masked;
mod mounts;
mod names;
mod network;
mod node;
mod probe;
mod projection;
mod pull;
mod resource_ref;
mod resources;
mod sandbox;
mod security;
mod service_links;
mod spec;
mod translate;
mod volumes;

pub use body::{CreateFacts, CreateFault, VolumeAt};
pub use claim::{Backing, backing, claim_volume_name};
pub use container::{ContainerSpec, Join, Role};
pub use env::Env;
pub use hash::template_hash;
pub use input::{EngineFacts, Objects, Owner, PodInput, Sources};
pub(crate) use key::contents as object_contents;
pub use labels::{Label, pod_document};
pub use landfall_core::plan::FaultCause;
pub use lifecycle::{Hook, Lifecycle};
pub use masked::Masked;
pub use names::{container_name, dns_aliases, sandbox_name, service_aliases};
pub use network::{HostPort, Network, Protocol};
pub use probe::{Probe, ProbeCheck, Probes};
pub use pull::{Credentials, PullPolicy, PullSecrets};
pub use resources::Resources;
pub use sandbox::Sandbox;
pub use security::{SeLinux, Security, User};
pub use spec::{
    ClaimVolume, EmptyDir, FileEntry, FilesVolume, HostPath, HostPathKind, Mount, PodSpec, Propagation, Restart,
    VolumeKind, VolumeSpec,
};
pub use translate::translate;
