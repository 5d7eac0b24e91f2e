//! What holds the data of a PersistentVolumeClaim.

use serde_json::Value;

use super::{
    HostPath, HostPathKind,
    node::{Faults, Node},
    volumes,
};

/// What holds the data of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backing {
    /// A volume of the engine of this name.
    Volume(String),
    /// A folder of the machine: that of a PersistentVolume.
    Host(HostPath),
}

/// The engine's volume of a claim without a PersistentVolume.
pub fn claim_volume_name(claim: &str, namespace: &str) -> String {
    format!("{claim}.{namespace}")
}

/// What holds the data of a claim: the PersistentVolume that it names (`volumeName`) or that names it (`claimRef`); else
/// a volume of the engine. A claim that names no volume is bound to no other: which one of several a cluster would choose
/// depends on the order in which they come.
///
/// # Errors
/// A sentence, if the PersistentVolume is not there, is another claim's, or is not on this machine.
pub fn backing(claim: &Value, namespace: &str, volumes: &[&Value]) -> Result<Backing, String> {
    let claim = Node::new(claim, "");
    let name = claim.get("metadata").get("name").text().unwrap_or_default();
    let wanted = claim.get("spec").get("volumeName");
    let is_wanted = |volume: &Node<'_>| volume.get("metadata").get("name").text() == wanted.text();
    let is_bound_here = |volume: &Node<'_>| owner(volume) == Some((namespace, name));
    let mut found = volumes.iter().map(|volume| Node::new(volume, ""));
    let volume = match wanted.text() {
        Some(wanted) => {
            let volume =
                found.find(is_wanted).ok_or_else(|| format!("the PersistentVolume '{wanted}' does not exist"))?;
            if let Some((of_namespace, of_name)) = owner(&volume).filter(|owner| *owner != (namespace, name)) {
                return Err(format!(
                    "the PersistentVolume '{wanted}' is bound to the claim '{of_name}' in namespace {of_namespace}"
                ));
            }
            volume
        }
        None => match found.find(is_bound_here) {
            Some(volume) => volume,
            None => return Ok(Backing::Volume(claim_volume_name(name, namespace))),
        },
    };
    on_machine(&volume).map(Backing::Host).map_err(|message| {
        format!("the PersistentVolume '{}' {message}", volume.get("metadata").get("name").text().unwrap_or_default())
    })
}

fn owner<'a>(volume: &Node<'a>) -> Option<(&'a str, &'a str)> {
    let reference = volume.get("spec").given("claimRef")?;
    Some((reference.get("namespace").text()?, reference.get("name").text()?))
}

/// The folder of a PersistentVolume.
fn on_machine(volume: &Node<'_>) -> Result<HostPath, String> {
    let spec = volume.get("spec");
    let mut faults = Faults::default();
    let found = match (spec.given("hostPath"), spec.given("local")) {
        (Some(source), None) => volumes::host_path(&source, &mut faults),
        (None, Some(source)) => {
            volumes::host_path(&source, &mut faults).map(|found| HostPath { kind: HostPathKind::Existing, ..found })
        }
        _ => None,
    };
    match faults.0.pop() {
        Some(fault) => Err(format!("cannot be used: {} {}", fault.field, fault.message)),
        None => found.ok_or_else(|| "is no folder of this machine (`hostPath` or `local`)".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_claim_is_held_by_its_volume_or_by_the_engine() {
        let claim = |spec: Value| json!({"metadata": {"name": "data"}, "spec": spec});
        let volume = |name: &str, spec: Value| json!({"metadata": {"name": name}, "spec": spec});
        let plain = volume("plain", json!({"hostPath": {"path": "/srv/plain"}}));
        let bound = volume(
            "bound",
            json!({"local": {"path": "/srv/bound"}, "claimRef": {"namespace": "shop", "name": "data"}}),
        );
        let others =
            volume("others", json!({"hostPath": {"path": "/x"}, "claimRef": {"namespace": "shop", "name": "other"}}));
        let remote = volume("remote", json!({"nfs": {"path": "/", "server": "a"}}));
        let host = |path: &str, kind| Ok(Backing::Host(HostPath { path: path.to_owned(), kind }));
        let all = [&plain, &bound, &others, &remote];
        for (claim, volumes, expected) in [
            (claim(json!({})), &[&plain][..], Ok(Backing::Volume("data.shop".to_owned()))),
            (claim(json!({})), &all, host("/srv/bound", HostPathKind::Existing)),
            (claim(json!({"volumeName": "plain"})), &all, host("/srv/plain", HostPathKind::OrCreate)),
            (claim(json!({"volumeName": "gone"})), &all, Err("the PersistentVolume 'gone' does not exist".to_owned())),
            (
                claim(json!({"volumeName": "others"})),
                &all,
                Err("the PersistentVolume 'others' is bound to the claim 'other' in namespace shop".to_owned()),
            ),
            (
                claim(json!({"volumeName": "remote"})),
                &all,
                Err("the PersistentVolume 'remote' is no folder of this machine (`hostPath` or `local`)".to_owned()),
            ),
        ] {
            assert_eq!(backing(&claim, "shop", volumes), expected);
        }
    }
}
