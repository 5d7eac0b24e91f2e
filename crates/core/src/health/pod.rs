//! Pods that a manifest makes itself. Nobody makes them again: one that has failed stays so. Source:
//! <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/>; other than kstatus, which calls a failed pod
//! current.

use serde_json::Value;

use super::{
    Health, HealthState, Surroundings,
    cause::{Cause, is_unproved, just_restarted, of_pod},
    fields::{is_deleted, text},
};

pub(super) fn of(pod: &Value, around: &Surroundings<'_>) -> Health {
    let phase = text(pod, "/status/phase");
    if phase == "Succeeded" && !is_deleted(pod) {
        return Health::live("it has done its work");
    }
    let Some(cause) = of_pod(pod, around).or_else(|| just_restarted(pod, around)) else {
        if is_unproved(pod, around) {
            return Health::progressing("it is ready, but just started and without a readiness probe");
        }
        return Health::live("it is ready");
    };
    let state = match phase {
        _ if is_deleted(pod) => HealthState::Terminating,
        "Failed" => HealthState::Hopeless,
        _ if cause.hopeless => HealthState::Hopeless,
        _ => HealthState::Progressing,
    };
    let Cause { one, why, log, .. } = cause;
    let sentence = if why.is_empty() { one.to_owned() } else { format!("{one}: {why}") };
    Health { state, sentence, logs: log.into_iter().collect() }
}
