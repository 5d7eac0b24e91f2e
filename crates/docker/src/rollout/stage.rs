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
