//! Images that cannot be had: pkg/kubelet/images/types.go for the reasons, containerd's and registries' words for the
//! rest.

use serde_json::Value;

use super::{Cause, IMAGE_GRACE, age};
use crate::health::{
    Surroundings,
    fields::{list, text},
};

/// What a failed pull means.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Missing,
    Refused,
    WrongPlatform,
    /// The registry could not be asked, or asks for patience.
    Unavailable,
}

/// Why an image cannot be had, from the reason and message of a waiting container; `None` if it waits for something
/// else.
pub(super) fn unavailable(
    pod: &Value,
    status: &Value,
    reason: &str,
    message: &str,
    around: &Surroundings<'_>,
) -> Option<Cause> {
    let image = text(status, "/image");
    let age = age(pod, around);
    Some(match reason {
        "ErrImagePull" | "ImagePullBackOff" => {
            let answer = registry_answer(pod, status, message, around);
            let words = if answer.is_empty() { String::new() } else { format!(": {answer}") };
            match classify(&answer) {
                Answer::Missing => {
                    Cause::cannot_start(format!("the image {image} does not exist; the registry answers{words}"))
                        .hopeless_after(IMAGE_GRACE, age)
                }
                Answer::Refused => {
                    let secrets = pull_secrets(pod, around);
                    Cause::cannot_start(format!("the registry refuses the image {image}{words}; {secrets}"))
                        .hopeless_after(IMAGE_GRACE, age)
                }
                Answer::WrongPlatform => {
                    Cause::cannot_start(format!("the image {image} is not for the platform of its node{words}"))
                        .hopeless(true)
                }
                Answer::Unavailable => Cause::cannot_start(format!("the image {image} cannot be pulled now{words}")),
            }
        }
        "InvalidImageName" => {
            let words = message.rsplit("invalid reference format: ").next().unwrap_or(message);
            Cause::cannot_start(format!("{image} is not the name of an image: {words}")).hopeless(true)
        }
        "ErrImageNeverPull" => Cause::cannot_start(format!(
            "the image {image} is not on its node, and is never pulled (imagePullPolicy: Never)"
        ))
        .hopeless(true),
        "ImageInspectError" | "RegistryUnavailable" | "SignatureValidationFailed" => {
            Cause::cannot_start(format!("the image {image} cannot be had: {message}"))
        }
        _ => return None,
    })
}

/// What the registry said, without the layers of software that pass it on. While the kubelet waits before the next try,
/// versions before 1.30 leave it out, and an event has it.
fn registry_answer(pod: &Value, status: &Value, message: &str, around: &Surroundings<'_>) -> String {
    let image = text(status, "/image");
    let back_off = format!("Back-off pulling image \"{image}\"");
    let mut answer = message.strip_prefix(&back_off).unwrap_or(message).trim_start_matches(": ");
    if answer.is_empty() {
        let container = text(status, "/name");
        let failed = around
            .events(pod)
            .find(|event| event.container == container && event.message.starts_with("Failed to pull image"));
        answer = failed.and_then(|event| event.message.split_once("\": ")).map_or("", |(_, answer)| answer);
    }
    let mut answer = answer.strip_prefix("ErrImagePull: ").unwrap_or(answer);
    // rpc error: code = NotFound desc = failed to pull and unpack image "X": failed to resolve reference "X": X: not
    // found
    for layer in ["rpc error: code", "failed to pull and unpack image \"", "failed to resolve reference \""] {
        if answer.starts_with(layer) {
            let end = if layer.starts_with("rpc") { " desc = " } else { "\": " };
            answer = answer.split_once(end).map_or(answer, |(_, rest)| rest);
        }
    }
    let answer = answer.strip_prefix("failed to resolve image: ").unwrap_or(answer);
    let answer = answer.strip_prefix("Error response from daemon: ").unwrap_or(answer);
    match answer.strip_suffix(": not found") {
        Some(name) if !name.contains(' ') => "not found".to_owned(),
        _ => answer.to_owned(),
    }
}

fn classify(answer: &str) -> Answer {
    let answer = answer.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| answer.contains(word));
    if says(&["toomanyrequests", "429", "timeout", "deadline exceeded", "connection refused", "no such host"]) {
        Answer::Unavailable
    } else if says(&["no match for platform", "no matching manifest"]) {
        Answer::WrongPlatform
    } else if says(&[
        "unauthorized",
        "denied",
        "forbidden",
        "authorization",
        "no basic auth",
        "authentication required",
    ]) {
        Answer::Refused
    } else if says(&["not found", "manifest unknown", "name unknown", "does not exist"]) {
        Answer::Missing
    } else {
        Answer::Unavailable
    }
}

/// Which secrets the kubelet had to show to the registry.
fn pull_secrets(pod: &Value, around: &Surroundings<'_>) -> String {
    let missing = around.events(pod).find(|event| event.reason == "FailedToRetrieveImagePullSecret");
    if let Some((_, names)) = missing.and_then(|event| event.message.split_once('(')) {
        return format!("the pull secret {} does not exist", names.split(')').next().unwrap_or_default());
    }
    let names = list(pod, "/spec/imagePullSecrets").map(|secret| text(secret, "/name")).collect::<Vec<_>>();
    match names.as_slice() {
        [] => "the pod names no pull secret".to_owned(),
        [name] => format!("its pull secret is {name}"),
        names => format!("its pull secrets are {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_registries_are_told_apart() {
        let table = [
            ("not found", Answer::Missing),
            ("manifest for shop/web:v9 not found: manifest unknown: manifest unknown", Answer::Missing),
            (
                "pull access denied, repository does not exist or may require authorization: server message: \
                 insufficient_scope: authorization failed",
                Answer::Refused,
            ),
            ("unexpected status from HEAD request to https://r/v2/a/manifests/1: 403 Forbidden", Answer::Refused),
            ("failed to authorize: failed to fetch oauth token: 401 Unauthorized", Answer::Refused),
            ("failed to do request: Head \"https://r/v2/\": dial tcp: lookup r: no such host", Answer::Unavailable),
            ("429 Too Many Requests - toomanyrequests: You have reached your pull rate limit", Answer::Unavailable),
            ("unexpected status from HEAD request to https://r/v2/: 503 Service Unavailable", Answer::Unavailable),
            ("tls: failed to verify certificate: x509: certificate signed by unknown authority", Answer::Unavailable),
            ("no match for platform in manifest: not found", Answer::WrongPlatform),
            ("", Answer::Unavailable),
        ];
        for (answer, meaning) in table {
            assert_eq!(classify(answer), meaning, "{answer}");
        }
    }
}
