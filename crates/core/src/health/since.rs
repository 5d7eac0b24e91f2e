//! Since when an object is live, as the target itself remembers it.

use serde_json::Value;

use super::{
    Surroundings,
    fields::{condition, text},
    new_pods, time,
};

/// Since when a live object is so, RFC 3339 in whole seconds: when the last of its pods became ready, or when a Job was
/// completed. `None` for kinds and objects that do not tell.
///
/// For whoever comes later: who watches knows it better.
pub fn live_since(object: &Value, around: &Surroundings<'_>) -> Option<String> {
    if text(object, "/kind") == "Job" {
        let completed = text(object, "/status/completionTime");
        return (!completed.is_empty()).then(|| completed.to_owned());
    }
    let pods = match text(object, "/kind") {
        "Pod" => vec![object],
        _ => new_pods(object, around),
    };
    let ready = pods.into_iter().filter_map(|pod| condition(pod, "Ready")).filter(|ready| ready.is_true());
    let times = ready.map(|ready| ready.since.to_owned()).filter(|since| time::seconds(since).is_some());
    times.max_by_key(|since| time::seconds(since))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_pod_decides() {
        let pod = |name: &str, status: &str, since: &str| {
            json!({
                "kind": "Pod",
                "metadata": {"uid": name, "ownerReferences": [{"uid": "s", "controller": true}]},
                "status": {"conditions": [{"type": "Ready", "status": status, "lastTransitionTime": since}]},
            })
        };
        let objects = [
            pod("a", "True", "2026-01-02T03:04:05Z"),
            pod("b", "True", "2026-01-02T03:05:00Z"),
            pod("c", "False", "2026-01-02T03:06:00Z"),
        ];
        let around = Surroundings::new(&objects, "");
        let set = json!({"kind": "ReplicaSet", "metadata": {"uid": "s"}});
        assert_eq!(live_since(&set, &around).as_deref(), Some("2026-01-02T03:05:00Z"));
        let job = json!({"kind": "Job", "status": {"completionTime": "2026-01-02T04:00:00Z"}});
        assert_eq!(live_since(&job, &around).as_deref(), Some("2026-01-02T04:00:00Z"));
        assert_eq!(live_since(&json!({"kind": "ConfigMap", "metadata": {}}), &around), None);
    }
}
