//! StatefulSets.
//!
//! Sources: pkg/controller/statefulset/stateful_set_control.go, the StatefulSetStatusViewer of `kubectl rollout
//! status`. Conditions are not used: only the strategy `Recreate` of Kubernetes 1.37 sets one. The revisions of the
//! status are not compared either: after the manifest went back to the version before, they are equal while pods still
//! differ.

use serde_json::Value;

use super::{
    Health, Surroundings,
    cause::{Cause, is_ready, refusal},
    fields::{count, is_deleted, is_observed, keyed, name, number, text},
    rollout::{causes, finished, pods_words, ready_words, unfinished},
};

pub(super) fn of(set: &Value, around: &Surroundings<'_>) -> Health {
    if !is_observed(set) {
        return Health::unobserved();
    }
    let wanted = number(set, "/spec/replicas").unwrap_or(1);
    let [replicas, ready, updated] =
        ["replicas", "readyReplicas", "updatedReplicas"].map(|field| count(set, &format!("/status/{field}")));
    // Kubernetes before 1.22 does not tell what is available.
    let available = number(set, "/status/availableReplicas").unwrap_or(ready);
    let on_delete = text(set, "/spec/updateStrategy/type") == "OnDelete";
    let partition = count(set, "/spec/updateStrategy/rollingUpdate/partition");
    let to_update = if on_delete { 0 } else { (wanted - partition).max(0) };
    if replicas == wanted && available >= wanted && updated >= to_update {
        if updated < wanted {
            let held = if on_delete {
                "the others get it when somebody deletes them (updateStrategy OnDelete)".to_owned()
            } else {
                format!("the others are held back (updateStrategy partition {partition})")
            };
            let sentence = format!("{updated} of {wanted} pods run the new version; {held}");
            return finished(set, Health::suspended(sentence), pods(set, around), around);
        }
        let sentence = match wanted {
            0 => "scaled to 0 replicas".to_owned(),
            _ => format!("{wanted} of {wanted} pods are ready"),
        };
        return finished(set, Health::live(sentence), pods(set, around), around);
    }
    if wanted == 0 {
        return unfinished(
            format!("scaled to 0 replicas; {} still to stop", pods_words(replicas, "")),
            Vec::new(),
            None,
            None,
        );
    }
    let missing = replicas < wanted;
    let refused = if missing { refusal(set, around) } else { None };
    unfinished(counts(set, around, to_update), unready(set, around), refused, None)
}

/// The pods of the version that the set asks for.
pub(super) fn pods<'a>(set: &Value, around: &Surroundings<'a>) -> impl Iterator<Item = &'a Value> {
    around.children(set, "Pod").filter(move |pod| is_new(set, pod))
}

fn is_new(set: &Value, pod: &Value) -> bool {
    keyed(pod, "/metadata/labels", "controller-revision-hash") == text(set, "/status/updateRevision")
}

fn counts(set: &Value, around: &Surroundings<'_>, to_update: i64) -> String {
    let wanted = number(set, "/spec/replicas").unwrap_or(1);
    let [ready, updated] = ["/status/readyReplicas", "/status/updatedReplicas"].map(|field| count(set, field));
    let replicas = count(set, "/status/replicas");
    let one_version =
        replicas == updated && text(set, "/status/currentRevision") == text(set, "/status/updateRevision");
    if updated >= to_update || one_version {
        return ready_words(ready.min(wanted), wanted, "", set);
    }
    let mut new = pods(set, around).peekable();
    if new.peek().is_none() && updated > 0 {
        return format!("{updated} of {to_update} pods run the new version, and {ready} of {wanted} are ready");
    }
    let ready = i64::try_from(new.filter(|pod| is_ready(pod)).count()).unwrap_or(i64::MAX);
    ready_words(ready, to_update, "new ", set)
}

/// Why pods are not ready. One of an older version counts where the set updates in order: it replaces no pod before
/// all are ready, so that one which cannot become ready blocks its own repair for ever
/// (<https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback>).
fn unready<'a>(set: &Value, around: &Surroundings<'a>) -> Vec<(&'a Value, Cause)> {
    let rolling = matches!(text(set, "/spec/updateStrategy/type"), "" | "RollingUpdate");
    let blocks = rolling && text(set, "/spec/podManagementPolicy") != "Parallel";
    let pods = around.children(set, "Pod").filter(|pod| blocks || is_deleted(pod) || is_new(set, pod));
    let mut causes = causes(pods, around);
    for (pod, cause) in &mut causes {
        if !is_new(set, pod) && !is_deleted(pod) && !cause.ordinary {
            cause.why = format!(
                "{}; it is not of the version asked for, and the StatefulSet replaces it only when it is ready: \
                 `kubectl delete pod {}` helps",
                cause.why,
                name(pod)
            );
        }
    }
    causes
}
