//! Claims and the volumes that hold them.

use serde_json::{Value, json};

use super::{
    check::{Findings, Surroundings},
    pods::text,
};
use crate::pod;

/// A claim's volume has to be there, and its own.
pub fn check_claim(object: &Value, around: Surroundings<'_>, found: &mut Findings) {
    let namespace = text(object, "/metadata/namespace");
    if let Err(message) = pod::backing(object, namespace, &around.sources.persistent_volumes()) {
        found.fault("spec.volumeName", message);
    }
}

/// A volume is a folder of the machine.
pub fn check_volume(object: &Value, found: &mut Findings) {
    let spec = &object["spec"];
    if spec["hostPath"].is_null() && spec["local"].is_null() {
        // One of another kind is refused by its field.
        if found.faults.is_empty() {
            found.fault("spec", "must have `hostPath` or `local`");
        }
        return;
    }
    let name = text(object, "/metadata/name");
    let claim = json!({"metadata": {"name": ""}, "spec": {"volumeName": name}});
    let mut alone = object.clone();
    alone["spec"]["claimRef"] = Value::Null;
    if let Err(message) = pod::backing(&claim, "", &[&alone]) {
        found.fault("spec.hostPath", message);
    }
}
