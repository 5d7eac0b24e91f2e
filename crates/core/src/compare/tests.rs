use serde_json::{Value, json};

use super::*;
use crate::object::Gvk;
use crate::schema::builtin;

/// One line a change.
fn changes(api_version: &str, kind: &str, live: &Value, merged: &Value) -> Vec<String> {
    let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
    differences(builtin().lookup(&Gvk::new(api_version, kind)).as_ref(), live, merged)
        .iter()
        .map(|change| format!("{}: {} -> {}", change.path, text(&change.old), text(&change.new)))
        .collect()
}

fn pod_spec(spec: Value) -> Value {
    json!({"spec": {"template": {"spec": spec}}})
}

#[test]
fn spellings_of_one_value_are_no_change() {
    let live = pod_spec(json!({
        "containers": [{
            "name": "a", "resources": {"limits": {"cpu": "2", "memory": "1Gi"}, "requests": {"cpu": "1"}},
            "livenessProbe": {"httpGet": {"path": "/", "port": 80, "scheme": "HTTP"}, "timeoutSeconds": 1},
            "env": [{"name": "EMPTY"}],
        }],
        "securityContext": {},
    }));
    let merged = pod_spec(json!({
        "containers": [{
            "name": "a", "resources": {"limits": {"cpu": "2000m", "memory": "1024Mi"}, "requests": {"cpu": 1.0}},
            "livenessProbe": {"httpGet": {"port": 80}, "initialDelaySeconds": 0},
            "env": [{"name": "EMPTY", "value": ""}], "args": [], "tty": false, "securityContext": null,
        }],
        "hostNetwork": false, "nodeSelector": {}, "tolerations": null,
    }));
    assert_eq!(changes("apps/v1", "Deployment", &live, &merged), Vec::<String>::new());
}

#[test]
fn what_only_looks_alike_is_a_change() {
    // A pointer tells `false` and `{}` from nothing, text is text, and a number is no text.
    let live = pod_spec(json!({"containers": [{"name": "a", "ports": [{"containerPort": 80}]}]}));
    let merged = pod_spec(json!({
        "automountServiceAccountToken": false,
        "containers": [{"name": "a", "securityContext": {}, "ports": [{"containerPort": 80, "protocol": "UDP"}]}],
    }));
    assert_eq!(
        changes("apps/v1", "Deployment", &live, &merged),
        [
            "spec.template.spec.automountServiceAccountToken: nothing -> false",
            "spec.template.spec.containers[name=a].ports[containerPort=80].protocol: nothing -> \"UDP\"",
            "spec.template.spec.containers[name=a].securityContext: nothing -> {}",
        ]
    );
    assert_eq!(
        changes("v1", "ConfigMap", &json!({"data": {"cpu": "2"}}), &json!({"data": {"cpu": "2000m"}})),
        ["data[cpu]: \"2\" -> \"2000m\""]
    );
    let service = |port: Value| json!({"spec": {"ports": [{"port": 80, "targetPort": port}]}});
    assert_eq!(
        changes("v1", "Service", &service(json!(80)), &service(json!("80"))),
        ["spec.ports[port=80].targetPort: 80 -> \"80\""]
    );
}

#[test]
fn entries_are_told_apart_by_their_key() {
    let live = pod_spec(json!({"containers": [{"name": "a", "image": "a:1"}, {"name": "b"}, {"name": "c"}]}));
    let merged = pod_spec(json!({"containers": [{"name": "c"}, {"name": "a", "image": "a:2"}, {"name": "d"}]}));
    assert_eq!(
        changes("apps/v1", "Deployment", &live, &merged),
        [
            "spec.template.spec.containers[name=a].image: \"a:1\" -> \"a:2\"",
            "spec.template.spec.containers[name=d]: nothing -> {\"name\":\"d\"}",
            "spec.template.spec.containers[name=b]: {\"name\":\"b\"} -> nothing",
            "spec.template.spec.containers: [\"a\",\"c\"] -> [\"c\",\"a\"]",
        ]
    );
}

#[test]
fn ports_of_one_number_are_told_apart_by_protocol() {
    let ports = |udp: u16| json!({"spec": {"ports": [{"port": 53, "targetPort": udp, "protocol": "UDP"}, {"port": 53, "targetPort": 53}]}});
    assert_eq!(
        changes("v1", "Service", &ports(53), &ports(5353)),
        ["spec.ports[port=53,protocol=UDP].targetPort: 53 -> 5353"]
    );
}

#[test]
fn defaults_in_a_replaced_list_are_no_change() {
    let live = json!({"spec": {"volumeClaimTemplates": [{
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data", "creationTimestamp": null},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
                 "volumeMode": "Filesystem"},
        "status": {"phase": "Pending"},
    }]}});
    let merged = json!({"spec": {"volumeClaimTemplates": [{
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1024Mi"}}},
    }]}});
    assert_eq!(changes("apps/v1", "StatefulSet", &live, &merged), Vec::<String>::new());
    let recreate = |strategy: Value| json!({"spec": {"strategy": strategy}});
    let live =
        recreate(json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}));
    assert_eq!(changes("apps/v1", "Deployment", &live, &recreate(json!({"type": "RollingUpdate"}))), [""; 0]);
    assert_eq!(
        changes("apps/v1", "Deployment", &live, &recreate(json!({"type": "Recreate"}))),
        [
            "spec.strategy.rollingUpdate: {\"maxSurge\":\"25%\",\"maxUnavailable\":\"25%\"} -> nothing",
            "spec.strategy.type: \"RollingUpdate\" -> \"Recreate\"",
        ]
    );
}

#[test]
fn fields_of_the_server_are_left_out() {
    let live = json!({
        "metadata": {"name": "a", "namespace": "n", "uid": "1", "resourceVersion": "2", "creationTimestamp": "2026",
                     "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}\n"}},
        "status": {"replicas": 1},
    });
    let merged = json!({
        "metadata": {"name": "a", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{} \n"}},
        "status": {},
    });
    assert_eq!(
        changes("apps/v1", "Deployment", &live, &merged),
        ["metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]: \"{}\\n\" -> \"{} \\n\""]
    );
}

#[test]
fn in_custom_kinds_only_null_is_nothing() {
    let live = json!({"metadata": {"name": "a"}, "spec": {"cpu": "2", "size": 2}});
    let merged = json!({
        "metadata": {"name": "a", "labels": {}}, "spec": {"cpu": "2000m", "size": 2.0, "a": null, "b": {}, "c": []},
    });
    assert_eq!(
        changes("example.org/v1", "Widget", &live, &merged),
        ["spec.b: nothing -> {}", "spec.c: nothing -> []", "spec.cpu: \"2\" -> \"2000m\""]
    );
}
