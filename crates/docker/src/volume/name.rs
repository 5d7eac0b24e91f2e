//! Names and labels of volumes, and of the container that fills them.

use std::collections::BTreeMap;

use crate::site::Site;

/// The UID of the pod that something is for. Not the label of a pod's containers: what has it is none.
pub const FOR_POD: &str = "landfall.dev/for-pod";

/// The claim that a volume holds the data of.
pub const CLAIM: &str = "landfall.dev/claim";

/// What a volume that lives as long as its pod is.
pub const OF_POD: &str = "pod-volume";

/// What the container that fills volumes is.
pub const FILLER: &str = "filler";

/// The name of a volume that lives as long as its pod.
pub fn of_pod(uid: &str, volume: &str) -> String {
    format!("landfall.pod.{uid}.{volume}")
}

/// The name of the container that fills the volumes of a pod.
pub fn filler(uid: &str) -> String {
    format!("landfall.fill.{uid}")
}

/// The labels of something for a pod.
pub fn labels(site: &Site, part: &str, uid: &str) -> BTreeMap<String, String> {
    let mut labels = site.labels(part);
    labels.insert(FOR_POD.to_owned(), uid.to_owned());
    labels
}
