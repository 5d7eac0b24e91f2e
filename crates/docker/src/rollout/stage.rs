//! How far a pod is, for its controller. Pure: no I/O, no clock.

use jiff::Timestamp;
use serde_json::Value;

use super::pods::{PodState, Work};
use crate::reconcile::{Pod, Stage};

/// A pod as its controller sees it. `min_ready` is in seconds; `spoiled` pods count as of no version.
pub fn of(pod: &PodState, min_ready: i64, spoiled: bool, now: Timestamp) -> Pod {
    let document = pod.document();
    Pod {
        name: pod.name.clone(),
        version: if spoiled { String::new() } else { pod.version.clone() },
        stage: stage(pod, &document, min_ready, now),
        ordinal: pod.ordinal,
        created: time(&document["metadata"]["creationTimestamp"]).map_or(0, Timestamp::as_millisecond),
    }
}

fn stage(pod: &PodState, document: &Value, min_ready: i64, now: Timestamp) -> Stage {
    match pod.work {
        Work::Leaving => return Stage::Leaving,
        Work::Making | Work::Preparing => return Stage::Starting,
        Work::None => {}
    }
    match document["status"]["phase"].as_str() {
        // An init container that failed: the others were never made.
        Some("Failed") => return Stage::Failed,
        _ if !pod.is_whole() => return Stage::Partial,
        Some("Succeeded") => return Stage::Succeeded,
        _ if pod.is_expired(now) => return Stage::Failed,
        _ => {}
    }
    match ready_since(document) {
        None => Stage::Starting,
        // The engine's clock may be ahead of this one: without a time to wait for, it does not matter.
        Some(_) if min_ready <= 0 => Stage::Available,
        Some(since) if since.as_second().saturating_add(min_ready) > now.as_second() => Stage::Ready,
        Some(_) => Stage::Available,
    }
}

/// Since when a pod is ready, if it is.
pub fn ready_since(document: &Value) -> Option<Timestamp> {
    let conditions = document["status"]["conditions"].as_array()?;
    let ready = conditions.iter().find(|condition| condition["type"] == "Ready")?;
    if ready["status"] != "True" {
        return None;
    }
    // One that nobody knows the time of has been ready for long.
    Some(time(&ready["lastTransitionTime"]).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rollout::{
        pods::Probed,
        samples::{CREATED, at, pod},
    };

    #[test]
    fn a_pod_is_as_far_as_its_containers() {
        let plain = |state: &str| pod("web-1", "web:v1", state, &json!({}), &json!({}));
        let once = |state: &str| pod("web-1", "web:v1", state, &json!({"restartPolicy": "Never"}), &json!({}));
        let short = pod("web-1", "web:v1", "running", &json!({"activeDeadlineSeconds": 5}), &json!({}));
        let probe = json!({"readinessProbe": {"tcpSocket": {"port": 80}}});
        let probed = |ready: bool, run: &str| {
            let mut pod = pod("web-1", "web:v1", "running", &json!({}), &probe);
            let container = pod.containers.get_mut("web").unwrap();
            let ready_since = ready.then(|| CREATED.to_owned());
            container.probed =
                Probed { run: run.to_owned(), started: true, ready_since, answered: true, failure: None };
            pod
        };
        // Looked at 10 s after the start.
        let now: Timestamp = "2026-11-25T09:10:30Z".parse().unwrap();
        for (what, pod, min_ready, expected) in [
            ("runs, and nobody asks it", plain("running"), 0, Stage::Available),
            ("not long enough", plain("running"), 11, Stage::Ready),
            ("just long enough", plain("running"), 10, Stage::Available),
            ("was not started yet", plain("created"), 0, Stage::Starting),
            ("crashed, and is started again", plain("restarting"), 0, Stage::Starting),
            ("stopped by hand", plain("failed"), 0, Stage::Starting),
            ("nothing was made", plain("gone"), 0, Stage::Partial),
            ("is being made", at(Work::Making, plain("gone")), 0, Stage::Starting),
            ("is being stopped", at(Work::Leaving, plain("running")), 0, Stage::Leaving),
            ("ended well", once("done"), 0, Stage::Succeeded),
            ("ended badly", once("failed"), 0, Stage::Failed),
            ("its time is over", short, 0, Stage::Failed),
            ("does not answer", probed(false, CREATED), 0, Stage::Starting),
            ("answers", probed(true, CREATED), 0, Stage::Available),
            ("answered before it was started again", probed(true, "2026-11-25T09:10:19Z"), 0, Stage::Starting),
        ] {
            assert_eq!(of(&pod, min_ready, false, now).stage, expected, "{what}");
        }
        assert!(!probed(true, "2026-11-25T09:10:19Z").is_known(), "nobody has asked this run");
        assert!(probed(false, CREATED).is_known());
        assert_eq!(of(&plain("running"), 0, true, now).version, "", "one that was changed by hand has no version");
    }
}
