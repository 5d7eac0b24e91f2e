//! Pods that the API server does not let a controller create: quotas, admission, accounts.

use serde_json::Value;

use super::{MISSING_GRACE, QUOTA_GRACE};
use crate::health::{Surroundings, fields::condition};

/// Why a controller cannot create the pods that it lacks, and whether that will not pass.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) why: String,
    pub(crate) hopeless: bool,
}

/// What refuses the pods of a ReplicaSet, StatefulSet, DaemonSet or Job. ReplicaSets have a condition `ReplicaFailure`
/// (pkg/controller/replicaset/replica_set_utils.go); of the others only events `FailedCreate` tell
/// (controller_utils.go, stateful_pod_control.go). An event is the past as soon as a pod could be created after it.
pub(crate) fn refusal(owner: &Value, around: &Surroundings<'_>) -> Option<Refusal> {
    if let Some(failure) = condition(owner, "ReplicaFailure").filter(|failure| failure.is_true()) {
        return Some(judge(failure.message, around.age(failure.since)));
    }
    let success = around.events(owner).find(|event| event.reason == "SuccessfulCreate").and_then(|event| event.at);
    let failures = || around.events(owner).filter(|event| event.reason == "FailedCreate" && event.at >= success);
    let first = failures().last()?;
    Some(judge(failures().next()?.message, around.age_of(&first)))
}

fn judge(message: &str, age: Option<i64>) -> Refusal {
    let message = message.strip_prefix("Error creating: ").unwrap_or(message);
    // `Create Pod db-0 in StatefulSet db failed error: ...`, `create Claim data-db-0 for Pod ... failed error: ...`
    let message = message.split_once(" failed error: ").map_or(message, |(_, rest)| rest);
    let words = match message.strip_prefix("pods \"").and_then(|rest| rest.split_once("\" is forbidden: ")) {
        Some((_, words)) => words,
        None => message,
    };
    let is_old = |grace: i64| age.is_some_and(|age| age >= grace);
    if let Some((_, quota)) = words.split_once("exceeded quota: ") {
        let (quota, numbers) = quota.split_once(", ").unwrap_or((quota, ""));
        return Refusal {
            why: format!("the quota {quota} is used up ({})", numbers.replace(": ", " ")),
            hopeless: is_old(QUOTA_GRACE),
        };
    }
    if let Some((_, account)) = words.split_once("serviceaccount \"") {
        let account = account.split('"').next().unwrap_or_default();
        return Refusal {
            why: format!("the service account {account} does not exist"),
            hopeless: is_old(MISSING_GRACE),
        };
    }
    let permanent = [
        "violates PodSecurity",
        "unable to validate against any security context constraint",
        "usage per ",
        "is invalid: ",
    ];
    let later = ["denied the request", "no PriorityClass with name", "ValidatingAdmissionPolicy"];
    let says = |all: &[&str]| all.iter().any(|part| message.contains(part));
    let hopeless = says(&permanent) || says(&later) && is_old(MISSING_GRACE);
    Refusal { why: words.to_owned(), hopeless }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_hopeless_by_what_refuses() {
        let table = [
            (
                "pods \"a-1\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1",
                299,
                false,
            ),
            (
                "pods \"a-1\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1",
                300,
                true,
            ),
            ("pods \"a-1\" is forbidden: violates PodSecurity \"restricted:latest\": privileged", 0, true),
            ("pods \"a-1\" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi", 0, true),
            ("Pod \"a-1\" is invalid: spec.containers[0].image: Required value", 0, true),
            ("admission webhook \"policy.example.com\" denied the request: no latest tag", 119, false),
            ("admission webhook \"policy.example.com\" denied the request: no latest tag", 120, true),
            ("Internal error occurred: failed calling webhook \"p\": connection refused", 100_000, false),
            (
                "pods \"a-\" is forbidden: error looking up service account b/a: serviceaccount \"a\" not found",
                120,
                true,
            ),
        ];
        for (message, age, hopeless) in table {
            assert_eq!(judge(message, Some(age)).hopeless, hopeless, "{message} after {age} s");
            assert!(!judge(message, None).hopeless || age == 0, "{message}");
        }
    }
}
