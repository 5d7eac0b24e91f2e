//! Makes and removes the volumes of a pod.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;

use super::{
    claim::ensure_claim,
    fill::{Fill, What, fill},
    left,
    name::{self, FOR_POD},
};
use crate::{
    engine::{EngineFault, FaultKind},
    pod::{EmptyDir, HostPathKind, PodSpec, Sources, VolumeAt, VolumeKind, VolumeSpec},
    rollout::Volumes,
    site::{PART, Site},
};

/// What pods refer to, as it is now.
type Snapshot = Arc<dyn Sources + Send + Sync>;

/// The volumes of an environment's pods.
pub struct PodVolumes {
    pub(super) site: Site,
    sources: Mutex<Snapshot>,
}

impl PodVolumes {
    /// `sources` has the claims and PersistentVolumes.
    pub fn new(site: Site, sources: Snapshot) -> Self {
        Self { site, sources: Mutex::new(sources) }
    }

    /// Claims or PersistentVolumes have changed.
    pub fn set_sources(&self, sources: Snapshot) {
        *self.sources.lock().unwrap_or_else(PoisonError::into_inner) = sources;
    }

    async fn make(&self, uid: &str, pod: &PodSpec, volume: &VolumeSpec) -> Result<(VolumeAt, bool), EngineFault> {
        match &volume.kind {
            VolumeKind::Files(_) => self.of_pod(uid, pod, &volume.name, &BTreeMap::new()).await,
            VolumeKind::EmptyDir(empty) => self.of_pod(uid, pod, &volume.name, &options(empty, pod.fs_group)).await,
            VolumeKind::HostPath(host) => {
                let create = host.kind == HostPathKind::OrCreate;
                Ok((VolumeAt::Host { path: host.path.clone(), create }, false))
            }
            VolumeKind::Claim(claim) => {
                let sources = Arc::clone(&self.sources.lock().unwrap_or_else(PoisonError::into_inner));
                let recorded = sources.find("PersistentVolumeClaim", &pod.namespace, &claim.claim);
                let object = recorded.or(claim.template.as_ref()).ok_or_else(|| {
                    let (claim, namespace) = (&claim.claim, &pod.namespace);
                    EngineFault::new(
                        FaultKind::Refused,
                        format!("The PersistentVolumeClaim '{claim}' does not exist in namespace {namespace}"),
                    )
                })?;
                let at = ensure_claim(&self.site, object, &pod.namespace, &sources.persistent_volumes()).await?;
                Ok((at, false))
            }
        }
    }

    /// Makes a volume that lives as long as its pod; and whether it was not there.
    async fn of_pod(
        &self,
        uid: &str,
        pod: &PodSpec,
        volume: &str,
        options: &BTreeMap<String, String>,
    ) -> Result<(VolumeAt, bool), EngineFault> {
        let name = name::of_pod(uid, volume);
        let engine = &self.site.engine;
        let there = engine.volume(&name).await?;
        let is_fresh = there.is_none();
        let made = match there {
            Some(there) => there,
            None => {
                let mut labels = name::labels(&self.site, name::OF_POD, uid);
                labels.extend(left::owner_labels(pod));
                engine.create_volume(&name, &labels, options).await?
            }
        };
        Ok((VolumeAt::Named { name, mountpoint: made.mountpoint }, is_fresh))
    }

    /// What a volume is to be filled with.
    async fn what<'a>(
        &self,
        pod: &PodSpec,
        volume: &'a VolumeSpec,
        at: &VolumeAt,
        fresh: bool,
    ) -> Result<What<'a>, EngineFault> {
        Ok(match (&volume.kind, at) {
            (VolumeKind::Files(files), _) => What::Files { files, fresh },
            (VolumeKind::EmptyDir(EmptyDir { memory: false, .. }), _) => match pod.fs_group {
                Some(group) => What::Empty { mode: 0o2777, group },
                None => What::Empty { mode: 0o777, group: 0 },
            },
            (VolumeKind::Claim(_), VolumeAt::Named { name, .. }) => {
                // Nobody changes what somebody works in.
                match self.site.engine.users_of_volume(name).await?.is_empty() {
                    true => What::Unclaimed { group: pod.fs_group },
                    false => What::Nothing,
                }
            }
            _ => What::Nothing,
        })
    }

    async fn ensure_all(&self, uid: &str, pod: &PodSpec) -> Result<BTreeMap<String, VolumeAt>, EngineFault> {
        let mut places = BTreeMap::new();
        let mut whats = Vec::new();
        for volume in &pod.volumes {
            let (at, fresh) = self.make(uid, pod, volume).await?;
            let what = self.what(pod, volume, &at, fresh).await?;
            whats.push((volume, what));
            places.insert(volume.name.clone(), at);
        }
        let mut fills = Vec::new();
        for (volume, what) in whats {
            let Some(at) = places.get(&volume.name) else { continue };
            let folders = folders(pod, volume);
            // A folder of the machine is only touched where a part of it has to be made.
            if !(folders.is_empty() && matches!(what, What::Nothing)) {
                fills.push(Fill { at, what, folders, group: pod.fs_group });
            }
        }
        fill(&self.site, uid, &fills).await?;
        Ok(places)
    }
}

#[async_trait]
impl Volumes for PodVolumes {
    async fn ensure(&self, uid: &str, pod: &PodSpec) -> Result<BTreeMap<String, VolumeAt>, String> {
        self.ensure_all(uid, pod).await.map_err(|fault| fault.full())
    }

    async fn remove_of_pod(&self, uid: &str) -> Result<(), EngineFault> {
        let engine = &self.site.engine;
        // Whoever filled them was stopped before the end.
        engine.remove(&name::filler(uid)).await?;
        for volume in engine.volumes(&[(FOR_POD, uid)]).await? {
            engine.remove_volume(&volume.name).await?;
        }
        Ok(())
    }

    async fn remove_of_others(&self, uids: &BTreeSet<String>) -> Result<(), EngineFault> {
        let engine = &self.site.engine;
        let environment = crate::pod::Label::Environment.key();
        let own = (environment, self.site.environment.as_str());
        for filler in engine.containers(&[own, (PART, name::FILLER)]).await? {
            engine.remove(&filler.id).await?;
        }
        for volume in engine.volumes(&[own, (PART, name::OF_POD)]).await? {
            if volume.labels.get(FOR_POD).is_none_or(|uid| !uids.contains(uid)) {
                engine.remove_volume(&volume.name).await?;
            }
        }
        Ok(())
    }
}

/// The options of an `emptyDir`; its group is one of a tmpfs.
fn options(empty: &EmptyDir, group: Option<u32>) -> BTreeMap<String, String> {
    let mut options = empty.options();
    if let (Some(mount), Some(group)) = (options.get_mut("o"), group) {
        *mount = format!("{},gid={group}", mount.replace("mode=0777", "mode=2777"));
    }
    options
}

/// The parts of a volume that are mounted and have to be there. Those of files are there, if they are among them.
fn folders<'a>(pod: &'a PodSpec, volume: &VolumeSpec) -> Vec<&'a str> {
    let mounts = pod.init.iter().chain(&pod.containers).flat_map(|container| &container.mounts);
    let is_file = |path: &str| match &volume.kind {
        VolumeKind::Files(files) => files
            .files
            .iter()
            .any(|file| file.path == path || file.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))),
        _ => false,
    };
    let parts = mounts.filter(|mount| mount.volume == volume.name).filter_map(|mount| mount.sub_path.as_deref());
    parts.filter(|part| !is_file(part)).collect::<BTreeSet<_>>().into_iter().collect()
}
