//! ReplicaSets and ReplicationControllers that a manifest makes itself. Their template is not applied to pods that
//! exist, so there is no new version to wait for. Source: pkg/controller/replicaset/replica_set_utils.go.

use serde_json::Value;

use super::{
    Health, Surroundings,
    cause::refusal,
    fields::{count, is_deleted, is_observed, number},
    rollout::{causes, finished, pods_words, ready_words, unfinished},
};

pub(super) fn of(set: &Value, around: &Surroundings<'_>) -> Health {
    if !is_observed(set) {
        return Health::unobserved();
    }
    let wanted = number(set, "/spec/replicas").unwrap_or(1);
    let [replicas, ready, available] =
        ["replicas", "readyReplicas", "availableReplicas"].map(|field| count(set, &format!("/status/{field}")));
    let pods = || around.children(set, "Pod").filter(|pod| !is_deleted(pod));
    if replicas == wanted && available >= wanted {
        let sentence = match wanted {
            0 => "scaled to 0 replicas".to_owned(),
            _ => format!("{wanted} of {wanted} pods are ready"),
        };
        return finished(set, Health::live(sentence), pods(), around);
    }
    if replicas > wanted {
        let counts = format!("{} too many, still to stop", pods_words(replicas - wanted, ""));
        return unfinished(counts, Vec::new(), None, None);
    }
    unfinished(ready_words(ready, wanted, "", set), causes(pods(), around), refusal(set, around), None)
}
