//! What the kinds that keep a number of pods have in common.

use serde_json::Value;

use super::{
    Health, HealthState, Surroundings,
    cause::{Cause, Refusal, is_ready, is_unproved, just_restarted, of_pod, tell},
    fields::{number, text},
};

/// Why pods are not ready. Pods that have failed are replaced by their controller, and may lie about for long: they are
/// told only where nothing else is wrong.
pub(super) fn causes<'a>(
    pods: impl IntoIterator<Item = &'a Value>,
    around: &Surroundings<'_>,
) -> Vec<(&'a Value, Cause)> {
    let causes = pods.into_iter().filter_map(|pod| Some((pod, of_pod(pod, around)?)));
    causes
        .map(|(pod, cause)| {
            let replaced = text(pod, "/status/phase") == "Failed";
            (pod, Cause { ordinary: cause.ordinary || replaced, ..cause })
        })
        .collect()
}

/// A workload that is not live yet: the counts, why pods are not ready, and what refuses them.
pub(super) fn unfinished(
    counts: String,
    causes: Vec<(&Value, Cause)>,
    refusal: Option<Refusal>,
    end: Option<String>,
) -> Health {
    let told = tell(causes);
    let mut clauses = vec![counts];
    clauses.extend(told.clauses);
    let mut hopeless = told.hopeless;
    if let Some(refusal) = refusal {
        hopeless |= refusal.hopeless;
        clauses.push(format!("no more pods can be created: {}", refusal.why));
    }
    if let Some(end) = end {
        hopeless = true;
        clauses.push(end);
    }
    let state = if hopeless { HealthState::Hopeless } else { HealthState::Progressing };
    Health { state, sentence: clauses.join("; "), logs: told.logs }
}

/// A workload all of whose pods are available: live or suspended, unless one of them crashed a moment ago, or has only
/// just been started and has no readiness probe. `minReadySeconds` says better how long that takes, and ends the second
/// doubt.
pub(super) fn finished<'a>(
    object: &Value,
    health: Health,
    pods: impl IntoIterator<Item = &'a Value>,
    around: &Surroundings<'_>,
) -> Health {
    let pods: Vec<&Value> = pods.into_iter().filter(|pod| is_ready(pod)).collect();
    let causes: Vec<_> = pods.iter().filter_map(|pod| Some((*pod, just_restarted(pod, around)?))).collect();
    if !causes.is_empty() {
        return unfinished(health.sentence, causes, None, None);
    }
    let proved = number(object, "/spec/minReadySeconds") > Some(0);
    if !proved && pods.iter().any(|pod| is_unproved(pod, around)) {
        return Health::progressing(format!("{}, but just started and without a readiness probe", health.sentence));
    }
    health
}

/// `2 of 3 new pods are ready`; `kind` is `new ` or nothing. Where all are ready and the object asks for more time,
/// says so.
pub(super) fn ready_words(ready: i64, wanted: i64, kind: &str, object: &Value) -> String {
    let words = format!("{ready} of {wanted} {kind}pods are ready");
    match number(object, "/spec/minReadySeconds") {
        Some(seconds) if seconds > 0 && ready >= wanted => {
            format!("{words}, and available after {seconds} s (minReadySeconds)")
        }
        _ => words,
    }
}

/// `1 pod`, `3 pods`, `2 old pods`.
pub(super) fn pods_words(count: i64, kind: &str) -> String {
    if count == 1 { format!("1 {kind}pod") } else { format!("{count} {kind}pods") }
}

/// The verb after a number of pods.
pub(super) fn is_or_are(count: i64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}
