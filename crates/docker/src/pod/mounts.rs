//! Mounts in the engine's words.

use std::collections::BTreeMap;

use bollard::models::{
    HostConfig, Mount as EngineMount, MountBindOptions, MountBindOptionsPropagationEnum, MountType, MountVolumeOptions,
};

use super::{CreateFault, Mount, Propagation, VolumeAt};

/// Adds what a container sees of volumes and the machine.
pub(super) fn add(
    host: &mut HostConfig,
    mounts: &[Mount],
    volumes: &BTreeMap<String, VolumeAt>,
) -> Result<(), CreateFault> {
    let (mut binds, mut typed) = (Vec::new(), Vec::new());
    for mount in mounts {
        let at = volumes.get(&mount.volume).ok_or_else(|| CreateFault::NoVolume(mount.volume.clone()))?;
        let part = |path: &str| match &mount.sub_path {
            Some(sub_path) => format!("{}/{sub_path}", path.trim_end_matches('/')),
            None => path.to_owned(),
        };
        match at {
            VolumeAt::Host { path, create: true } if mount.sub_path.is_none() => binds.push(bind(path, mount)?),
            VolumeAt::Host { path, .. } => typed.push(bound(part(path), mount)),
            VolumeAt::Named { mountpoint, .. } if mount.sub_path.is_some() => {
                typed.push(bound(part(mountpoint), mount))
            }
            VolumeAt::Named { name, .. } => typed.push(EngineMount {
                typ: Some(MountType::VOLUME),
                source: Some(name.clone()),
                target: Some(mount.path.clone()),
                read_only: Some(mount.read_only),
                // A volume of Kubernetes starts empty: what the image has at this place is hidden, not copied.
                volume_options: Some(MountVolumeOptions { no_copy: Some(true), ..MountVolumeOptions::default() }),
                ..EngineMount::default()
            }),
        }
    }
    host.binds = (!binds.is_empty()).then_some(binds);
    host.mounts = (!typed.is_empty()).then_some(typed);
    Ok(())
}

/// The older notation, in which the engine makes a folder that is missing.
fn bind(path: &str, mount: &Mount) -> Result<String, CreateFault> {
    for path in [path, &mount.path] {
        if path.contains(':') {
            return Err(CreateFault::Colon(path.to_owned()));
        }
    }
    let access = if mount.read_only { "ro" } else { "rw" };
    let propagation = match mount.propagation {
        Propagation::Private => "rprivate",
        Propagation::HostToContainer => "rslave",
        Propagation::Bidirectional => "rshared",
    };
    Ok(format!("{path}:{}:{access},{propagation}", mount.path))
}

fn bound(path: String, mount: &Mount) -> EngineMount {
    let propagation = match mount.propagation {
        // The engine's own choice, which is private but for what lies in its own folder: there it takes nothing but a slave.
        Propagation::Private => None,
        Propagation::HostToContainer => Some(MountBindOptionsPropagationEnum::RSLAVE),
        Propagation::Bidirectional => Some(MountBindOptionsPropagationEnum::RSHARED),
    };
    let options = |propagation| MountBindOptions { propagation: Some(propagation), ..MountBindOptions::default() };
    EngineMount {
        typ: Some(MountType::BIND),
        source: Some(path),
        target: Some(mount.path.clone()),
        read_only: Some(mount.read_only),
        bind_options: propagation.map(options),
        ..EngineMount::default()
    }
}
