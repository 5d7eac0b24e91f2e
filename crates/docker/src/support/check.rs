//! One object, looked at as a whole.

use landfall_core::{
    object::Gvk,
    plan::{FaultCause, wrong_types},
    schema,
};
use serde_json::Value;

use super::{class::KindClass, cron_job, ingress, kinds::kind_class, pods, service, storage, walk::walk};
use crate::pod::{EngineFacts, Sources};

/// What an object may refer to, and where it would run.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The objects of the revision, and others that will be there.
    pub sources: &'a dyn Sources,
    /// The machine.
    pub engine: &'a EngineFacts,
}

/// What was found in an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// What cannot be honoured, field by field. Anything of it refuses the object.
    pub faults: Vec<FaultCause>,
    /// What is accepted without effect.
    pub notes: Vec<Note>,
}

/// Something that has no effect on one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where in the object, in the API's notation; empty for the object as a whole.
    pub field: String,
    /// The field's own name; the kind for an object as a whole.
    pub name: String,
    /// Why: a sentence without capital and full stop.
    pub reason: String,
}

/// Looks at one object as its manifest has it, with its namespace. What it makes is translated as far as it can be
/// before there is anything of it, so that what passes here is refused by nothing but the engine later.
pub fn check(gvk: &Gvk, object: &Value, around: Surroundings<'_>) -> Findings {
    let mut found = Findings::default();
    match kind_class(gvk) {
        KindClass::Refused(reason) => {
            found.fault("kind", reason);
            return found;
        }
        KindClass::Meaningless(reason) | KindClass::Warned(reason) => {
            found.notes.push(Note { field: String::new(), name: gvk.kind.clone(), reason: reason.to_owned() });
            return found;
        }
        KindClass::Supported(_) => {}
    }
    let (Some(kind), Some(values)) = (schema::builtin().lookup(gvk), object.as_object()) else {
        let message = format!("{} is not supported on one host in version {}", gvk.kind, gvk.api_version());
        found.fault("apiVersion", message);
        return found;
    };
    found.faults = wrong_types(gvk, object);
    if !found.faults.is_empty() {
        return found;
    }
    walk(kind.root(), values, "", &mut found);
    match gvk.kind.as_str() {
        "Pod" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => {
            pods::check(&gvk.kind, object, around, &mut found)
        }
        "CronJob" => cron_job::check(object, around, &mut found),
        "Service" => service::check(object, &mut found),
        "Ingress" => ingress::check(object, around, &mut found),
        "PersistentVolumeClaim" => storage::check_claim(object, around, &mut found),
        "PersistentVolume" => storage::check_volume(object, &mut found),
        _ => {}
    }
    found
}
