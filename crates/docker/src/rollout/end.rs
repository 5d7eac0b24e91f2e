//! The end of a deploy's wait: what is under way is finished, and a version that did not get ready gives way to the one
//! that serves.

use std::sync::Arc;

use landfall_core::object::ObjectId;

use super::{
    leave,
    pods::{PodState, Work},
    shared::Shared,
    stage,
};

/// Brings the pods of a workload whose task has ended to a state that lasts while no Landfall is there.
pub fn settle(shared: &Arc<Shared>, id: &ObjectId, version: &str) {
    shared.store.change(|pods| {
        // What was being made stays as it is, whole or not.
        pods.values_mut().filter(|pod| pod.owner == *id && pod.work == Work::Making).for_each(|pod| {
            pod.work = Work::None;
        });
        pods.retain(|_, pod| pod.owner != *id || pod.work != Work::Preparing);
    });
    for pod in to_remove(&shared.store.of(id), version) {
        leave::begin(shared, &pod.uid);
    }
}

/// The pods that do not stay: those made in part, and those of the new version that are not ready while others serve.
/// Where nothing else serves, nothing is won by a removal: they may still get ready, and can be looked at.
fn to_remove<'a>(pods: &'a [PodState], version: &str) -> Vec<&'a PodState> {
    let there = || pods.iter().filter(|pod| pod.work == Work::None);
    let is_ready = |pod: &PodState| stage::ready_since(&pod.document()).is_some();
    let is_job = pods.iter().any(|pod| pod.owner.kind == "Job");
    let others_serve = !is_job && there().any(|pod| pod.version != version && is_ready(pod));
    let goes = |pod: &&PodState| {
        let has_failed = pod.document()["status"]["phase"] == "Failed";
        !pod.is_whole() && !has_failed || others_serve && pod.version == version && !is_ready(pod)
    };
    there().filter(goes).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rollout::samples::pod;

    #[test]
    fn a_version_that_is_not_ready_goes_if_another_serves() {
        let one = |name: &str, image: &str, state: &str| pod(name, image, state, &json!({}), &json!({}));
        let old = |state: &str| one("old", "web:v1", state);
        let new = |state: &str| one("new", "web:v2", state);
        let version = new("running").version;
        for (what, pods, expected) in [
            ("the first version of all stays, and can be looked at", vec![new("restarting")], vec![]),
            ("made in part", vec![new("gone")], vec!["new"]),
            ("the old one serves", vec![old("running"), new("restarting")], vec!["new"]),
            ("both serve", vec![old("running"), new("running")], vec![]),
            ("none serves", vec![old("restarting"), new("restarting")], vec![]),
            ("only the new one serves", vec![old("restarting"), new("running")], vec![]),
        ] {
            let names: Vec<&str> = to_remove(&pods, &version).into_iter().map(|pod| pod.name.as_str()).collect();
            assert_eq!(names, expected, "{what}");
        }
    }
}
