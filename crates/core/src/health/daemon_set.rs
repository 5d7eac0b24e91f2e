//! DaemonSets.
//!
//! Sources: pkg/controller/daemon/daemon_controller.go (updateDaemonSetStatus), util/daemonset_util.go (IsPodUpdated),
//! the DaemonSetStatusViewer of `kubectl rollout status`.

use serde_json::Value;

use super::{
    Health, Surroundings,
    cause::{is_ready, refusal},
    fields::{count, is_deleted, is_observed, keyed, text},
    rollout::{causes, finished, ready_words, unfinished},
};

pub(super) fn of(set: &Value, around: &Surroundings<'_>) -> Health {
    if !is_observed(set) {
        return Health::unobserved();
    }
    let [wanted, scheduled, updated, ready, available] = [
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "updatedNumberScheduled",
        "numberReady",
        "numberAvailable",
    ]
    .map(|field| count(set, &format!("/status/{field}")));
    let on_delete = text(set, "/spec/updateStrategy/type") == "OnDelete";
    if scheduled >= wanted && available >= wanted && (on_delete || updated >= wanted) {
        if updated < wanted {
            let sentence = format!(
                "{updated} of {wanted} pods run the new version; the others get it when somebody deletes them \
                 (updateStrategy OnDelete)"
            );
            return finished(set, Health::suspended(sentence), pods(set, around), around);
        }
        let sentence = match wanted {
            0 => "no node is meant to run it".to_owned(),
            _ => format!("{wanted} of {wanted} pods are ready"),
        };
        return finished(set, Health::live(sentence), pods(set, around), around);
    }
    let counts = if updated >= wanted || on_delete {
        ready_words(ready, wanted, "", set)
    } else {
        let new = pods(set, around).filter(|pod| is_ready(pod)).count();
        // Without pods that were read, an updated pod may be counted too early, and is corrected by the next look.
        let new = if new == 0 { updated.min(ready) } else { i64::try_from(new).unwrap_or(i64::MAX) };
        ready_words(new, wanted, "new ", set)
    };
    let pods: Vec<&Value> = if on_delete {
        around.children(set, "Pod").collect()
    } else {
        around.children(set, "Pod").filter(|pod| is_deleted(pod) || is_new(set, pod)).collect()
    };
    let refused = if scheduled < wanted { refusal(set, around) } else { None };
    unfinished(counts, causes(pods, around), refused, None)
}

/// The pods of the version that the set asks for.
pub(super) fn pods<'a>(set: &Value, around: &Surroundings<'a>) -> impl Iterator<Item = &'a Value> {
    around.children(set, "Pod").filter(move |pod| is_new(set, pod))
}

/// By the generation of the template, which both carry: that spares reading ControllerRevisions for the hash.
fn is_new(set: &Value, pod: &Value) -> bool {
    let generation = keyed(set, "/metadata/annotations", "deprecated.daemonset.template.generation");
    keyed(pod, "/metadata/labels", "pod-template-generation") == generation
}
