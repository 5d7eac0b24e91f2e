//! Volumes of pods that are gone: whoever removed the pods was stopped before the end.

use std::collections::{BTreeMap, BTreeSet};

use landfall_core::object::ObjectId;

use super::name::FOR_POD;
use crate::{
    engine::Volume,
    pod::{Label, PodSpec},
};

/// The labels by which a volume is found when its pod is gone: those of the pod's workload, or of the pod itself.
pub fn owner_labels(pod: &PodSpec) -> BTreeMap<String, String> {
    let owner = &pod.document["metadata"]["ownerReferences"][0];
    let kind = owner["kind"].as_str().unwrap_or("Pod");
    let name = owner["name"].as_str().unwrap_or(&pod.name);
    [(Label::OwnerKind, kind), (Label::OwnerName, name), (Label::Namespace, &pod.namespace)]
        .map(|(label, value)| (label.key().to_owned(), value.to_owned()))
        .into()
}

/// How many volumes a workload's pods have left behind. `pods` are the UIDs of those that are there.
pub fn left_behind(environment: &str, id: &ObjectId, volumes: &[Volume], pods: &BTreeSet<&str>) -> usize {
    let is =
        |volume: &Volume, label: Label, value: &str| volume.labels.get(label.key()).is_some_and(|own| own == value);
    let is_own = |volume: &&Volume| {
        is(volume, Label::Environment, environment)
            && is(volume, Label::OwnerKind, &id.kind)
            && is(volume, Label::OwnerName, &id.name)
            && is(volume, Label::Namespace, id.namespace.as_deref().unwrap_or_default())
    };
    let is_left = |volume: &&Volume| volume.labels.get(FOR_POD).is_some_and(|uid| !pods.contains(uid.as_str()));
    volumes.iter().filter(is_own).filter(is_left).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_volumes_of_pods_that_are_gone_are_left_behind() {
        let id = ObjectId {
            group: "apps".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: Some("prod".to_owned()),
            name: "web".to_owned(),
        };
        let volume = |environment: &str, owner: &str, pod: &str| {
            let labels = [
                (Label::Environment.key(), environment),
                (Label::OwnerKind.key(), "Deployment"),
                (Label::OwnerName.key(), owner),
                (Label::Namespace.key(), "prod"),
                (FOR_POD, pod),
            ];
            let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
            Volume { labels, ..Volume::default() }
        };
        for (volume, expected) in [
            (volume("env", "web", "gone"), 1),
            (volume("env", "web", "there"), 0),
            (volume("env", "other", "gone"), 0),
            (volume("another", "web", "gone"), 0),
            (Volume::default(), 0),
        ] {
            let shown = format!("{:?}", volume.labels);
            assert_eq!(left_behind("env", &id, &[volume], &BTreeSet::from(["there"])), expected, "{shown}");
        }
    }
}
