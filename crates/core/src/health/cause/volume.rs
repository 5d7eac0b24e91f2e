//! Volumes and sandboxes that keep containers from being made. Only events tell: pkg/kubelet/events/event.go.

use serde_json::Value;

use super::{Cause, MISSING_GRACE, age, settings};
use crate::health::{
    Surroundings,
    fields::{at, list},
};

/// Why a pod with a node has no containers yet, by the latest event about it.
pub(super) fn unmounted(pod: &Value, around: &Surroundings<'_>) -> Option<Cause> {
    let made = ["/status/initContainerStatuses", "/status/containerStatuses"].into_iter().any(|statuses| {
        list(pod, statuses)
            .any(|status| at(status, "/state/running").is_some() || at(status, "/state/terminated").is_some())
    });
    if made {
        return None;
    }
    let age = age(pod, around);
    let kinds = ["FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedCreatePodSandBox", "NetworkNotReady"];
    // Later steps end earlier troubles.
    let ends = ["Pulling", "Pulled", "Created", "Started", "SuccessfulAttachVolume"];
    let event = around.events(pod).find(|event| kinds.contains(&event.reason) || ends.contains(&event.reason))?;
    let message = event.message.lines().next().unwrap_or_default();
    match event.reason {
        "FailedMount" | "FailedMapVolume" => {
            let volume = message.split_once("for volume \"").and_then(|(_, rest)| rest.split_once('"'));
            Some(match (settings::missing(message), volume) {
                (Some(words), Some((volume, _))) => {
                    Cause::cannot_start(format!("{words} (volume {volume})")).hopeless_after(MISSING_GRACE, age)
                }
                (_, Some((volume, rest))) => {
                    let words = rest.trim_start_matches([' ', ':']);
                    Cause::cannot_start(format!("the volume {volume} cannot be mounted: {words}"))
                }
                _ => Cause::cannot_start(message),
            })
        }
        "FailedAttachVolume" => Some(Cause::cannot_start(if message.starts_with("Multi-Attach error") {
            "a volume of it is still attached to another node".to_owned()
        } else {
            message.to_owned()
        })),
        "FailedCreatePodSandBox" | "NetworkNotReady" => {
            let words = message.rsplit("rpc error: code = Unknown desc = ").next().unwrap_or(message);
            Some(Cause::cannot_start(format!("its node cannot make a sandbox for it: {words}")))
        }
        _ => None,
    }
}
