//! What a container needs before it can be made: ConfigMaps, Secrets, keys, a user. The reasons are those of
//! pkg/kubelet/kuberuntime/kuberuntime_container.go, the messages those of pkg/kubelet/kubelet_pods.go.

use super::{Cause, MISSING_GRACE};

/// Why a container cannot be made, from the reason and message of its waiting; `None` if it waits for something else.
/// `age` is the pod's, in seconds.
pub(super) fn refused(reason: &str, message: &str, age: Option<i64>) -> Option<Cause> {
    match reason {
        "CreateContainerConfigError" => Some(match missing(message) {
            Some(words) => Cause::cannot_start(words).hopeless_after(MISSING_GRACE, age),
            None if message.contains("runAsNonRoot") => {
                Cause::cannot_start("it may not run as root (runAsNonRoot), but its image names no other user")
                    .hopeless(true)
            }
            None => Cause::cannot_start(message),
        }),
        "CreateContainerError"
        | "PreStartHookError"
        | "PostStartHookError"
        | "PreCreateHookError"
        | "KillContainerError" => Some(Cause::cannot_start(format!("{message} ({reason})"))),
        _ => None,
    }
}

/// Which ConfigMap, Secret or key is missing: `configmap "a" not found`, `couldn't find key k in Secret ns/a`.
pub(super) fn missing(message: &str) -> Option<String> {
    for (word, kind) in [("configmap \"", "ConfigMap"), ("secret \"", "Secret")] {
        if let Some((_, rest)) = message.split_once(word) {
            let (name, rest) = rest.split_once('"')?;
            return rest.starts_with(" not found").then(|| format!("the {kind} {name} does not exist"));
        }
    }
    let (key, place) = message.split_once("couldn't find key ")?.1.split_once(" in ")?;
    let (kind, name) = place.split_once(' ')?;
    let name = name.split([' ', ',']).next()?.rsplit('/').next()?;
    Some(format!("the {kind} {name} has no key {key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let table = [
            ("configmap \"shop\" not found", Some("the ConfigMap shop does not exist")),
            ("secret \"shop\" not found", Some("the Secret shop does not exist")),
            ("couldn't find key password in Secret default/shop", Some("the Secret shop has no key password")),
            ("couldn't find key port in ConfigMap default/shop", Some("the ConfigMap shop has no key port")),
            ("failed to sync configmap cache: timed out waiting for the condition", None),
        ];
        for (message, words) in table {
            assert_eq!(missing(message).as_deref(), words, "{message}");
        }
    }
}
