//! Which images really run.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::fields::{list, text};

/// An image as a node runs it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub struct RunningImage {
    /// The image as the pod asks for it: `shop/web:v9`.
    pub image: String,
    /// What the node resolved it to, as its container runtime says it: `docker.io/shop/web@sha256:...`, or the bare
    /// `sha256:...` of its configuration where it did not come from a registry.
    pub id: String,
    /// The digest in the registry, `sha256:...`, if it came from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// The images of pods' containers by the container's name, init containers among them. More than one for a container
/// means that its pods differ: a tag was moved, or two versions run. Containers whose image has not been resolved are
/// left out.
pub fn images<'a>(pods: impl IntoIterator<Item = &'a Value>) -> BTreeMap<String, BTreeSet<RunningImage>> {
    let mut images: BTreeMap<String, BTreeSet<RunningImage>> = BTreeMap::new();
    let kinds =
        [("/spec/initContainers", "/status/initContainerStatuses"), ("/spec/containers", "/status/containerStatuses")];
    for pod in pods {
        for (specs, statuses) in kinds {
            for status in list(pod, statuses).filter(|status| !text(status, "/imageID").is_empty()) {
                let name = text(status, "/name");
                let spec = list(pod, specs).find(|spec| text(spec, "/name") == name);
                // Docker's old shim puts this before it.
                let id = text(status, "/imageID").trim_start_matches("docker-pullable://").to_owned();
                let digest = id.split_once('@').map(|(_, digest)| digest.to_owned());
                let image = text(spec.unwrap_or(status), "/image").to_owned();
                images.entry(name.to_owned()).or_default().insert(RunningImage { image, id, digest });
            }
        }
    }
    images
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_moved_tag_is_seen() {
        let pod = |digest: &str| {
            json!({
                "spec": {"containers": [{"name": "web", "image": "shop/web:v9"}]},
                "status": {"containerStatuses": [
                    {"name": "web", "image": "docker.io/shop/web:v9", "imageID": format!("docker.io/shop/web@sha256:{digest}")},
                ]},
            })
        };
        let running = images([&pod("aa"), &pod("aa"), &pod("bb")]);
        let digests: Vec<_> = running["web"].iter().map(|image| image.digest.as_deref()).collect();
        assert_eq!(digests, [Some("sha256:aa"), Some("sha256:bb")]);
        assert_eq!(running["web"].first().map(|image| image.image.as_str()), Some("shop/web:v9"));
    }

    #[test]
    fn an_image_that_came_from_no_registry_has_no_digest() {
        let pod = json!({
            "spec": {"containers": [{"name": "web", "image": "landfall-bench/web:v1"}, {"name": "late", "image": "b:1"}]},
            "status": {"containerStatuses": [{"name": "web", "imageID": "sha256:a669"}, {"name": "late", "imageID": ""}]},
        });
        let expected = RunningImage { image: "landfall-bench/web:v1".into(), id: "sha256:a669".into(), digest: None };
        assert_eq!(images([&pod]), BTreeMap::from([("web".to_owned(), BTreeSet::from([expected]))]));
    }
}
