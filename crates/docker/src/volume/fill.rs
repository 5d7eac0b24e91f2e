//! Puts files into volumes.

use bollard::models::{ContainerCreateBody, HostConfig, Mount, MountType, MountVolumeOptions};

use super::{
    layout::{self, Archive},
    name,
};
use crate::{
    engine::{EngineFault, FaultKind},
    pod::{FilesVolume, VolumeAt},
    site::Site,
};

/// What is to be done in one volume.
pub struct Fill<'a> {
    /// Where it is.
    pub at: &'a VolumeAt,
    /// What for.
    pub what: What<'a>,
    /// Folders in it that have to be there (`subPath`).
    pub folders: Vec<&'a str>,
    /// The group of these (`fsGroup`).
    pub group: Option<u32>,
}

/// What a volume gets.
pub enum What<'a> {
    /// Nothing but folders.
    Nothing,
    /// The mode and group of an empty one.
    Empty {
        /// Permission bits.
        mode: u32,
        /// Its group.
        group: u32,
    },
    /// The same if nobody has given it a mode or group yet: the engine makes volumes that only root can write to.
    Unclaimed {
        /// The group, if one is asked for.
        group: Option<u32>,
    },
    /// Files. They take the place of others unless it is fresh.
    Files {
        /// Which.
        files: &'a FilesVolume,
        /// Whether nobody can have seen it yet.
        fresh: bool,
    },
}

/// The mode of a new volume of the engine.
const MODE_OF_ENGINE: u32 = 0o755;

/// Fills volumes of one pod.
///
/// # Errors
/// What the engine says.
pub async fn fill(site: &Site, uid: &str, fills: &[Fill<'_>]) -> Result<(), EngineFault> {
    if fills.iter().all(|fill| matches!(fill.what, What::Nothing) && fill.folders.is_empty()) {
        return Ok(());
    }
    let engine = &site.engine;
    let now = engine.now();
    let stamp = layout::stamp(now);
    let settled: Vec<String> = fills
        .iter()
        .enumerate()
        .filter(|(_, fill)| matches!(fill.what, What::Files { fresh: false, .. }))
        .map(|(index, _)| format!("/{}", root(index)))
        .collect();
    let container = create(site, uid, fills, &stamp, &settled).await?;
    let filled = async {
        let mut archive = Archive::new(now);
        for (index, fill) in fills.iter().enumerate() {
            add(site, &container, &mut archive, index, fill, &stamp).await?;
        }
        let tar = archive.finish().map_err(|error| {
            EngineFault::new(FaultKind::Other, format!("The files of a volume cannot be packed: {error}"))
        })?;
        engine.put_archive(&container, "/", tar).await?;
        if !settled.is_empty() {
            engine.start(&container).await?;
            let code = engine.wait(&container).await?;
            if code != 0 {
                let words = engine.last_lines(&container, 3).await?.join(" ");
                return Err(EngineFault::new(
                    FaultKind::State,
                    format!("Files of a volume cannot be put in place: {words}"),
                ));
            }
        }
        Ok(())
    };
    let filled = filled.await;
    let removed = engine.remove(&container).await;
    filled.and(removed)
}

/// Where the program sees a volume, without the slash before it.
fn root(index: usize) -> String {
    format!("v/{index}")
}

async fn add(
    site: &Site,
    container: &str,
    archive: &mut Archive,
    index: usize,
    fill: &Fill<'_>,
    stamp: &str,
) -> Result<(), EngineFault> {
    let root = root(index);
    match fill.what {
        What::Nothing => {}
        What::Empty { mode, group } => archive.folder(&root, mode, group),
        What::Unclaimed { group } => {
            let mode = site.engine.mode_of(container, &format!("/{root}")).await?.unwrap_or(MODE_OF_ENGINE);
            match group {
                Some(group) if mode & 0o2000 == 0 => {
                    archive.folder(&root, if mode == MODE_OF_ENGINE { 0o2777 } else { mode | 0o2770 }, group);
                }
                None if mode == MODE_OF_ENGINE => archive.folder(&root, 0o777, 0),
                _ => {}
            }
        }
        What::Files { files, fresh } => layout::add(archive, &root, files, stamp, fresh),
    }
    for folder in &fill.folders {
        let mut path = root.clone();
        for part in folder.split('/') {
            path = format!("{path}/{part}");
            // What is there stays as it is; it may be a file.
            if site.engine.mode_of(container, &format!("/{path}")).await?.is_none() {
                let mode = if fill.group.is_some() { 0o2777 } else { 0o777 };
                archive.folder(&path, mode, fill.group.unwrap_or_default());
            }
        }
    }
    Ok(())
}

async fn create(
    site: &Site,
    uid: &str,
    fills: &[Fill<'_>],
    stamp: &str,
    settled: &[String],
) -> Result<String, EngineFault> {
    let name = name::filler(uid);
    let words = ["/landfall", "proxy", "settle", "--to", stamp].map(str::to_owned);
    let body = ContainerCreateBody {
        image: Some(site.image.clone()),
        entrypoint: Some(words.into_iter().chain(settled.iter().cloned()).collect()),
        labels: Some(name::labels(site, name::FILLER, uid).into_iter().collect()),
        network_disabled: Some(true),
        host_config: Some(HostConfig {
            network_mode: Some("none".to_owned()),
            mounts: Some(fills.iter().enumerate().map(|(index, fill)| mount(index, fill.at)).collect()),
            security_opt: Some(vec!["no-new-privileges".to_owned()]),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    };
    match site.engine.create(&name, &body).await {
        // Whoever made it was killed: one deploy at a time fills volumes, and a pod is filled once at a time.
        Err(fault) if fault.kind == FaultKind::NameTaken => {
            site.engine.remove(&name).await?;
            site.engine.create(&name, &body).await
        }
        created => created,
    }
}

fn mount(index: usize, at: &VolumeAt) -> Mount {
    let (kind, source) = match at {
        VolumeAt::Named { name, .. } => (MountType::VOLUME, name),
        VolumeAt::Host { path, .. } => (MountType::BIND, path),
    };
    let is_volume = kind == MountType::VOLUME;
    Mount {
        typ: Some(kind),
        source: Some(source.clone()),
        target: Some(format!("/{}", root(index))),
        volume_options: is_volume.then(|| MountVolumeOptions { no_copy: Some(true), ..MountVolumeOptions::default() }),
        ..Mount::default()
    }
}
