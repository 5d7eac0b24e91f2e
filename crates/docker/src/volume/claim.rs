//! PersistentVolumeClaims.

use serde_json::Value;

use super::name::CLAIM;
use crate::{
    engine::{EngineFault, FaultKind, Volume},
    pod::{Backing, Label, VolumeAt, backing, claim_volume_name},
    site::Site,
};

/// Makes sure that what holds the data of a claim is there, and tells where. `volumes` are all PersistentVolumes.
///
/// # Errors
/// What the engine says; a PersistentVolume that cannot be used; a volume of somebody else that has the name, or a
/// container of somebody else that writes to it.
pub async fn ensure_claim(
    site: &Site,
    claim: &Value,
    namespace: &str,
    volumes: &[&Value],
) -> Result<VolumeAt, EngineFault> {
    let name = claim["metadata"]["name"].as_str().unwrap_or_default();
    let fault = |why| EngineFault::new(FaultKind::Refused, format!("The claim '{name}' cannot be bound: {why}"));
    match backing(claim, namespace, volumes).map_err(fault)? {
        Backing::Host(host) => {
            let create = host.kind == crate::pod::HostPathKind::OrCreate;
            Ok(VolumeAt::Host { path: host.path, create })
        }
        Backing::Volume(volume) => {
            let mut labels = site.labels("claim");
            labels.insert(Label::Namespace.key().to_owned(), namespace.to_owned());
            labels.insert(CLAIM.to_owned(), name.to_owned());
            let made = site.engine.create_volume(&volume, &labels, &std::collections::BTreeMap::new()).await?;
            if !site.owns(made.labels.iter()) {
                return Err(foreign(&made));
            }
            no_others(site, &volume, name).await?;
            Ok(VolumeAt::Named { name: volume, mountpoint: made.mountpoint })
        }
    }
}

/// Removes the volume of a claim with all its data; the folder of a PersistentVolume stays. One that is not there is no
/// fault.
///
/// # Errors
/// What the engine says; a volume of somebody else that has the name.
pub async fn remove_claim(site: &Site, claim: &str, namespace: &str) -> Result<(), EngineFault> {
    let name = claim_volume_name(claim, namespace);
    match site.engine.volume(&name).await? {
        None => Ok(()),
        Some(volume) if site.owns(volume.labels.iter()) => site.engine.remove_volume(&name).await,
        Some(volume) => Err(foreign(&volume)),
    }
}

/// How a claim differs from what is there for it; empty if it does not. `on_engine` are all volumes of the environment.
pub fn claim_drift(claim: &Value, namespace: &str, volumes: &[&Value], on_engine: &[Volume]) -> Vec<String> {
    match backing(claim, namespace, volumes) {
        Ok(Backing::Volume(name)) if !on_engine.iter().any(|volume| volume.name == name) => {
            vec![format!("its volume '{name}' is not there")]
        }
        // A folder is made by the engine where it may be; else the pod's container says that it is not there.
        _ => Vec::new(),
    }
}

fn foreign(volume: &Volume) -> EngineFault {
    let (name, mountpoint) = (&volume.name, &volume.mountpoint);
    EngineFault::new(
        FaultKind::NameTaken,
        format!("The volume '{name}' is there already, and does not belong to this environment"),
    )
    .remedy(format!(
        "Remove it if nobody needs its data; to use its data, name its folder {mountpoint} as the `hostPath` of a PersistentVolume whose `claimRef` is the claim"
    ))
}

/// Refuses a volume that a container of somebody else writes to.
async fn no_others(site: &Site, volume: &str, claim: &str) -> Result<(), EngineFault> {
    for user in site.engine.users_of_volume(volume).await? {
        if site.owns(user.labels.iter()) || user.state != "running" {
            continue;
        }
        let inspect = match site.engine.inspect(&user.id).await {
            Err(fault) if fault.is_not_found() => continue,
            inspect => inspect?,
        };
        let mut mounts = inspect["Mounts"].as_array().into_iter().flatten();
        if mounts.any(|mount| mount["Name"] == volume && mount["RW"] != false) {
            let other = &user.name;
            return Err(EngineFault::new(
                FaultKind::InUse,
                format!("The volume '{volume}' of the claim '{claim}' is written to by the container '{other}', which Landfall did not make"),
            )
            .remedy(format!("Stop it (`docker stop {other}`): two programs that write to the same data destroy it")));
        }
    }
    Ok(())
}
