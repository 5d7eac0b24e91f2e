//! PersistentVolumeClaims: live when bound. Source: pkg/controller/volume/persistentvolume/pv_controller.go, whose
//! events alone say why one is not.

use serde_json::Value;

use super::{
    Health, Surroundings,
    cause::MISSING_GRACE,
    fields::{condition, name, text},
};

pub(super) fn of(claim: &Value, around: &Surroundings<'_>) -> Health {
    match text(claim, "/status/phase") {
        "Bound" => Health::live(match condition(claim, "FileSystemResizePending").filter(|resize| resize.is_true()) {
            Some(_) => "bound; its file system grows when its pod starts again".to_owned(),
            None => format!("bound to the volume {}", text(claim, "/spec/volumeName")),
        }),
        // Its volume was deleted beneath it, and its data with it.
        "Lost" => Health::hopeless(format!("its volume {} does not exist any more", text(claim, "/spec/volumeName"))),
        // Nothing binds it before a pod wants it: other than kstatus, which would wait for that for ever.
        _ if latest(claim, around).is_some_and(|(reason, _)| reason == "WaitForFirstConsumer") => {
            Health::suspended("is bound when the first pod uses it, as its storage class asks")
        }
        "" => Health::unobserved(),
        _ => match unbound(claim, around) {
            Some((why, true)) => Health::hopeless(format!("is not bound{why}")),
            Some((why, false)) => Health::progressing(format!("is not bound{why}")),
            None => Health::progressing("is not bound"),
        },
    }
}

fn latest<'a>(claim: &Value, around: &Surroundings<'a>) -> Option<(&'a str, &'a str)> {
    const TELLING: [&str; 6] = [
        "WaitForFirstConsumer",
        "ProvisioningFailed",
        "FailedBinding",
        "ExternalProvisioning",
        "Provisioning",
        "VolumeMismatch",
    ];
    let event = around.events(claim).find(|event| TELLING.contains(&event.reason))?;
    Some((event.reason, event.message))
}

/// Why a pod cannot use a claim, and whether that will not pass; `None` if the claim is bound.
pub(super) fn unusable(claim: &Value, around: &Surroundings<'_>) -> Option<(String, bool)> {
    let name = name(claim);
    match text(claim, "/status/phase") {
        "Bound" => None,
        "Lost" => Some((format!("the volume of the claim {name} does not exist any more"), true)),
        _ => {
            let (why, hopeless) = unbound(claim, around).unwrap_or_default();
            Some((format!("the claim {name} is not bound{why}"), hopeless))
        }
    }
}

/// Why a claim is not bound, after a colon, and whether that will not pass; `None` if nothing says why.
fn unbound(claim: &Value, around: &Surroundings<'_>) -> Option<(String, bool)> {
    let old = around.age(text(claim, "/metadata/creationTimestamp")).is_some_and(|age| age >= MISSING_GRACE);
    let (reason, message) = latest(claim, around)?;
    Some(match reason {
        "ProvisioningFailed" | "FailedBinding" if message.starts_with("storageclass.storage.k8s.io") => {
            (format!(": the storage class {} does not exist", text(claim, "/spec/storageClassName")), old)
        }
        "FailedBinding" if message.ends_with("no storage class is set") => {
            (": no volume fits it, and neither it nor the cluster names a storage class".to_owned(), old)
        }
        // The provisioner may be busy, or come with the same deploy.
        "ExternalProvisioning" => {
            let provisioner = message.split('\'').nth(1).unwrap_or("the provisioner");
            (format!(": it waits for {provisioner} to make a volume; does that run?"), false)
        }
        "Provisioning" => (": its volume is being made".to_owned(), false),
        _ => (format!(": {message}"), false),
    })
}
