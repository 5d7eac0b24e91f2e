//! What a pod is made of.

use std::{collections::BTreeMap, time::Duration};

use super::{ContainerSpec, Masked, Network, PullSecrets, Sandbox};

/// A pod as it shall run. Holds values of Secrets; what it shows with `Debug` has them masked.
#[derive(Debug, Clone, PartialEq)]
pub struct PodSpec {
    /// The pod's name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its labels as an object: those of the template and those that its controller adds.
    pub labels: BTreeMap<String, String>,
    /// Its annotations as an object.
    pub annotations: BTreeMap<String, String>,
    /// Of the template alone ([`super::template_hash`]); a pod with another one is of another version.
    pub template_hash: String,
    /// When an ended container is started again.
    pub restart: Restart,
    /// The time between the signal to stop and the kill (`terminationGracePeriodSeconds`).
    pub grace: Duration,
    /// After which time the pod is ended, whatever it does (`activeDeadlineSeconds`).
    pub deadline: Option<Duration>,
    /// Names, addresses and published ports.
    pub network: Network,
    /// The container that owns what the others share; `None` where the one container owns it.
    pub sandbox: Option<Sandbox>,
    /// Init containers in their order. A [`super::Role::Sidecar`] is not waited for to end, but to be started
    /// ([`super::Probes::startup`]), and runs as long as the pod; see <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/>.
    pub init: Vec<ContainerSpec>,
    /// The containers, all started at once.
    pub containers: Vec<ContainerSpec>,
    /// The volumes that must be there before the first container is created.
    pub volumes: Vec<VolumeSpec>,
    /// The group that the content of the pod's claims and empty directories belongs to (`fsGroup`); files volumes
    /// have it already.
    pub fs_group: Option<u32>,
    /// Whether `fsGroup` is only given to the content of a volume whose top folder does not have it yet
    /// (`fsGroupChangePolicy: OnRootMismatch`).
    pub fs_group_on_mismatch: bool,
    /// What opens private registries.
    pub pull_secrets: PullSecrets,
    /// Whether a container is told the pod's address, so that the sandbox must run before the others are created
    /// ([`super::CreateFacts::address`]).
    pub needs_address: bool,
    /// Whether a container is told the machine's address ([`super::CreateFacts::host_address`]).
    pub needs_host_address: bool,
    /// The pod as an API server would show it, without status: `metadata` and `spec`. Each container carries it
    /// ([`super::Label::PodDocument`]), so that an old pod can be judged without the template that it was made from.
    pub document: serde_json::Value,
}

/// `restartPolicy` of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// Whenever it ends.
    Always,
    /// When it ends with an error.
    OnFailure,
    /// Never.
    Never,
}

/// One volume of a pod.
#[derive(Debug, Clone, PartialEq)]
pub struct VolumeSpec {
    /// Its name in the pod.
    pub name: String,
    /// The field that declares it, for messages.
    pub field: String,
    /// What it holds.
    pub kind: VolumeKind,
}

/// What a volume holds.
#[derive(Debug, Clone, PartialEq)]
pub enum VolumeKind {
    /// Files made of ConfigMaps, Secrets and the pod itself: `configMap`, `secret`, `downwardAPI`, `projected`.
    Files(FilesVolume),
    /// A folder that lives as long as the pod. Its mode is 0777, as the kubelet makes it.
    EmptyDir(EmptyDir),
    /// A claim of the pod's namespace.
    Claim(ClaimVolume),
    /// A folder or file of the machine; nothing to make.
    HostPath(HostPath),
}

/// Files to write, in the layout of the kubelet's `AtomicWriter`: the real files in a folder that the link `..data`
/// names, a link `<first path segment>` to `..data/<first path segment>` each.
#[derive(Debug, Clone, PartialEq)]
pub struct FilesVolume {
    /// Sorted by path; no path is there twice.
    pub files: Vec<FileEntry>,
    /// The group of files and folders (`fsGroup`), else 0.
    pub group: u32,
    /// The mode of its folders: 0755, or 02775 with `fsGroup`.
    pub folder_mode: u32,
    /// Of all content and modes, hexadecimal. The volume is written anew if it differs.
    pub digest: String,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Relative, without `..`.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// The content.
    pub content: Masked<Vec<u8>>,
}

/// `emptyDir`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmptyDir {
    /// In memory (`medium: Memory`): a tmpfs, made as a local volume with the options of [`Self::options`]. Its content
    /// lasts as long as any container that mounts it runs.
    pub memory: bool,
    /// The limit in bytes. Only given with `memory`.
    pub size_limit: Option<u64>,
}

impl EmptyDir {
    /// The options of the engine's `local` driver; none for a folder on disk.
    pub fn options(&self) -> BTreeMap<String, String> {
        if !self.memory {
            return BTreeMap::new();
        }
        let size = self.size_limit.map(|size| format!(",size={size}")).unwrap_or_default();
        [("type", "tmpfs".to_owned()), ("device", "tmpfs".to_owned()), ("o", format!("mode=0777{size}"))]
            .map(|(key, value)| (key.to_owned(), value))
            .into()
    }
}

/// `persistentVolumeClaim`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimVolume {
    /// The claim's name; of a StatefulSet's own claims `<template>-<pod>`.
    pub claim: String,
    /// The claim to make if there is none yet: the StatefulSet's template with name and labels.
    pub template: Option<serde_json::Value>,
    /// Whether no container of the pod writes to it: by `readOnly` of the volume, or of every mount. A pod that writes to
    /// a claim is stopped before its successor is started.
    pub read_only: bool,
}

/// `hostPath`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPath {
    /// An absolute path on the engine's machine.
    pub path: String,
    /// What must be there.
    pub kind: HostPathKind,
}

/// `type` of a `hostPath`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostPathKind {
    /// A folder is made if nothing is there: an unset type and `DirectoryOrCreate`.
    OrCreate,
    /// Something must be there: `Directory`, `File`, `Socket`, `CharDevice`, `BlockDevice`. The engine refuses to
    /// create the container otherwise.
    Existing,
}

/// One place where a container sees a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The volume's name in the pod.
    pub volume: String,
    /// The absolute path in the container.
    pub path: String,
    /// The part of the volume (`subPath`, or `subPathExpr` expanded); the volume itself if `None`. A folder that is not
    /// there yet has to be made before the container is created.
    pub sub_path: Option<String>,
    /// Whether the container cannot write.
    pub read_only: bool,
    /// Whether mounts made later are seen across it.
    pub propagation: Propagation,
}

/// `mountPropagation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Propagation {
    /// `None`: private.
    Private,
    /// `HostToContainer`.
    HostToContainer,
    /// `Bidirectional`.
    Bidirectional,
}
