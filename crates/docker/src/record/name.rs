//! The names of the volumes that hold records.

use landfall_core::object::ObjectId;
use sha2::{Digest, Sha256};

/// A longer name is cut: the engine makes a folder of it, and those may have 255 bytes.
const LONGEST: usize = 200;

/// The name of an object's record, without its version: `landfall.record_deployment.apps_prod_web`. What an engine does
/// not allow in the name of a volume is left out, and a hash of the whole identity tells those apart.
pub fn key(id: &ObjectId) -> String {
    // A name of Kubernetes has no underscore, other than those of roles, which are changed below.
    let parts = [id.group_kind().to_string().to_lowercase(), id.namespace.clone().unwrap_or_default(), id.name.clone()];
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    let written = parts.join("_");
    let full = format!("landfall.record_{written}");
    let plain: String = parts.map(|part| part.replace(|c| !is_plain(c), "-")).join("_");
    if plain == written && full.len() <= LONGEST {
        return full;
    }
    let hash = Sha256::digest(written.as_bytes());
    let hash: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let short: String = plain.chars().take(LONGEST - 40).collect();
    format!("landfall.record_{short}_{hash}")
}

/// The name of one version of a record.
pub fn versioned(key: &str, version: u64) -> String {
    format!("{key}_{version}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_has_a_name_of_its_own() {
        let long = "a".repeat(250);
        for (group, kind, namespace, name, expected) in [
            ("apps", "Deployment", Some("prod"), "web", "landfall.record_deployment.apps_prod_web"),
            ("", "Service", Some("prod"), "web", "landfall.record_service_prod_web"),
            ("", "Service", Some("serving"), "knative.dev", "landfall.record_service_serving_knative.dev"),
            ("", "Namespace", None, "prod", "landfall.record_namespace__prod"),
            (
                "rbac.authorization.k8s.io",
                "ClusterRole",
                None,
                "system:node",
                "landfall.record_clusterrole.rbac.authorization.k8s.io__system-node_6c3ffd402ae2e482",
            ),
        ] {
            let id = ObjectId {
                group: group.into(),
                kind: kind.into(),
                namespace: namespace.map(str::to_owned),
                name: name.into(),
            };
            assert_eq!(key(&id), expected);
        }
        let id =
            ObjectId { group: String::new(), kind: "ConfigMap".into(), namespace: Some("prod".into()), name: long };
        assert!(versioned(&key(&id), u64::MAX).len() < 255);
    }
}
