//! The images that a manifest or a live object asks for.

use std::collections::BTreeMap;

use serde_json::Value;

/// Where workloads keep the specification of their pods: that of a pod itself, of what makes pods, and of what makes
/// Jobs.
const POD_SPECS: [&str; 3] = ["/spec", "/spec/template/spec", "/spec/jobTemplate/spec/template/spec"];

/// Kinds with pods. Others, custom ones among them, may have fields of the same names that mean something else.
const KINDS: [&str; 8] =
    ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"];

/// The images of an object by the container's name, init containers among them; empty for kinds without pods.
pub fn images(object: &Value) -> BTreeMap<String, String> {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    if !KINDS.contains(&kind) {
        return BTreeMap::new();
    }
    let Some(spec) =
        POD_SPECS.iter().filter_map(|path| object.pointer(path)).find(|spec| spec.get("containers").is_some())
    else {
        return BTreeMap::new();
    };
    let containers = ["initContainers", "containers"].into_iter().filter_map(|key| spec.get(key)?.as_array()).flatten();
    let text = |container: &Value, key: &str| container.get(key).and_then(Value::as_str).map(str::to_owned);
    containers.filter_map(|container| Some((text(container, "name")?, text(container, "image")?))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_keeps_its_pods_somewhere() {
        let spec = json!({"containers": [{"name": "web", "image": "web:1"}], "initContainers": [{"name": "init", "image": "i:2"}]});
        for (kind, object) in [
            ("Pod", json!({"kind": "Pod", "spec": spec})),
            ("Deployment", json!({"kind": "Deployment", "spec": {"template": {"spec": spec}}})),
            ("CronJob", json!({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}})),
        ] {
            let found: Vec<_> = images(&object).into_iter().collect();
            assert_eq!(
                found,
                [("init".to_owned(), "i:2".to_owned()), ("web".to_owned(), "web:1".to_owned())],
                "{kind}"
            );
        }
        assert!(images(&json!({"kind": "Widget", "spec": spec})).is_empty());
        assert!(images(&json!({"kind": "Pod"})).is_empty());
    }
}
