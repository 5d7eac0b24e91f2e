//! Deployments.
//!
//! Sources: `DeploymentComplete` (pkg/controller/deployment/util/deployment_util.go), progress.go beside it, and the
//! DeploymentStatusViewer of `kubectl rollout status` (polymorphichelpers/rollout_status.go). The conditions are not
//! asked whether it is live: `Progressing` keeps saying `NewReplicaSetAvailable` of the version before while a
//! `Recreate` goes on.

use serde_json::Value;

use super::{
    Health, Surroundings,
    cause::{refusal, stopping},
    fields::{condition, count, is_deleted, is_observed, is_true, keyed, number, text},
    rollout::{causes, finished, is_or_are, pods_words, ready_words, unfinished},
};

/// The annotation by which the controller numbers the versions, on the Deployment and on its replica sets.
const REVISION: &str = "deployment.kubernetes.io/revision";

pub(super) fn of(deployment: &Value, around: &Surroundings<'_>) -> Health {
    if !is_observed(deployment) {
        return Health::unobserved();
    }
    // Not what the manifest says: with an autoscaler, that is the one that decides.
    let wanted = number(deployment, "/spec/replicas").unwrap_or(1);
    let [replicas, updated, available] = ["replicas", "updatedReplicas", "availableReplicas"]
        .map(|field| count(deployment, &format!("/status/{field}")));
    let new = newest(deployment, around);
    let pods = || new.into_iter().flat_map(|set| around.children(set, "Pod"));
    let leaving = leaving(deployment, around);
    if updated == wanted && replicas == wanted && available >= wanted {
        let mut sentence = match wanted {
            0 => "scaled to 0 replicas".to_owned(),
            _ => format!("{wanted} of {wanted} pods are ready"),
        };
        // They serve no more, and may take as long as they were given.
        if leaving > 0 {
            sentence.push_str(&format!("; {} {} still stopping", pods_words(leaving, "old "), is_or_are(leaving)));
        }
        return finished(deployment, Health::live(sentence), pods(), around);
    }
    let old = (replicas - updated).max(0);
    if is_true(deployment, "/spec/paused") && (updated < wanted || old > 0) {
        return Health::suspended(format!(
            "paused: {updated} of {wanted} pods run the new version; `kubectl rollout resume` lets it go on"
        ));
    }
    let progressing = condition(deployment, "Progressing");
    let end = progressing.filter(|progressing| progressing.reason == "ProgressDeadlineExceeded").map(|_| {
        let deadline = number(deployment, "/spec/progressDeadlineSeconds").unwrap_or(600);
        format!("it made no progress for {deadline} s (progressDeadlineSeconds)")
    });
    let refused = match new {
        Some(set) => refusal(set, around),
        None => refusal(deployment, around),
    };
    let mut causes = causes(pods().filter(|pod| !is_deleted(pod)), around);
    let mut counts = counts(deployment, new, wanted, old);
    if let Some(failure) = progressing.filter(|progressing| progressing.reason == "ReplicaSetCreateError") {
        counts = format!("{counts}; its ReplicaSet cannot be created: {}", failure.words());
    }
    if text(deployment, "/spec/strategy/type") == "Recreate" && updated == 0 && leaving > 0 {
        counts = format!("{counts}; they start when the old ones are gone (strategy Recreate)");
        causes.extend(departing(deployment, around).map(|pod| (pod, stopping(pod, around))));
    }
    unfinished(counts, causes, refused, end)
}

/// How many pods of the new version are ready, and how many others there are.
fn counts(deployment: &Value, new: Option<&Value>, wanted: i64, old: i64) -> String {
    if wanted == 0 {
        return format!(
            "scaled to 0 replicas; {} still to stop",
            pods_words(old.max(count(deployment, "/status/replicas")), "")
        );
    }
    let kind = if old > 0 { "new " } else { "" };
    let ready = match new {
        Some(set) => count(set, "/status/readyReplicas"),
        // Without its replica sets, the Deployment's numbers are of all versions.
        None if old == 0 => count(deployment, "/status/readyReplicas"),
        None => {
            let updated = count(deployment, "/status/updatedReplicas");
            return format!("{updated} of {wanted} pods run the new version, and {} old", runs(old));
        }
    };
    let words = ready_words(ready.min(wanted), wanted, kind, deployment);
    if old > 0 && ready >= wanted { format!("{words}; {} still to stop", pods_words(old, "old ")) } else { words }
}

fn runs(old: i64) -> String {
    if old == 1 { "1 runs the".to_owned() } else { format!("{old} run the") }
}

/// The replica set of the version that the Deployment asks for. While it is not among those that were read, none is:
/// the pods of an older one say nothing.
pub(super) fn newest<'a>(deployment: &Value, around: &Surroundings<'a>) -> Option<&'a Value> {
    let revision = keyed(deployment, "/metadata/annotations", REVISION);
    let number = |set: &Value| keyed(set, "/metadata/annotations", REVISION).parse::<i64>().unwrap_or(0);
    let mut sets = around.children(deployment, "ReplicaSet");
    match revision.parse::<i64>() {
        Ok(revision) => sets.find(|set| number(set) == revision),
        Err(_) => sets.max_by_key(|set| number(set)),
    }
}

/// The pods of all versions that were told to stop.
fn departing<'a>(deployment: &Value, around: &Surroundings<'a>) -> impl Iterator<Item = &'a Value> {
    let sets: Vec<&Value> = around.children(deployment, "ReplicaSet").collect();
    let pods: Vec<&Value> = sets.iter().flat_map(|set| around.children(set, "Pod")).collect();
    pods.into_iter().filter(|pod| is_deleted(pod))
}

/// How many pods are on their way out: `terminatingReplicas` since Kubernetes 1.33, else what was read.
fn leaving(deployment: &Value, around: &Surroundings<'_>) -> i64 {
    let told = number(deployment, "/status/terminatingReplicas");
    told.unwrap_or_else(|| i64::try_from(departing(deployment, around).count()).unwrap_or(i64::MAX))
}
