//! Pods, as they stand in every workload.

use serde_json::{Value, json};

/// The spec of a pod that anything may change in.
pub fn spec() -> Value {
    json!({
        "containers": {"+": [container("web"), container("proxy"), container("metrics")]},
        "initContainers": {"?": ["~", null, [], {"*": [init_container("migrate"), init_container("fetch")]}]},
        "volumes": {"?": ["~", null, {"*": [
            volume("data"), volume("config"), volume("cache"),
        ]}, {"*": [volume("tmp"), volume("data")]}]},
        "imagePullSecrets": {"?": ["~", [], {"*": [{"name": "registry"}, {"name": "mirror"}, {"name": "third"}]}]},
        "hostAliases": {"?": ["~", {"*": [
            {"ip": "10.0.0.1", "hostnames": {"?": [["a.example"], ["a.example", "b.example"], ["b.example"]]}},
            {"ip": "10.0.0.2", "hostnames": ["c.example"]},
            {"ip": "10.0.0.3"},
        ]}]},
        "nodeSelector": {"?": ["~", null, {}, {"disk": {"?": ["ssd", "hdd"]}, "zone": {"?": ["~", null, "a"]}}]},
        "tolerations": {"?": ["~", [], {"*": [
            {"key": "a", "operator": "Exists"},
            {"key": "b", "operator": "Equal", "value": {"?": ["x", "y"]}, "effect": "NoSchedule"},
            {"key": "c", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": {"?": [30, 60]}},
        ]}]},
        "topologySpreadConstraints": {"?": ["~", {"*": [
            spread("zone", "DoNotSchedule"), spread("host", "ScheduleAnyway"), spread("rack", "DoNotSchedule"),
        ]}]},
        "affinity": {"?": ["~", null, {}, affinity()]},
        "securityContext": {"?": ["~", null, {}, {"runAsUser": {"?": [0, 1000, null]}, "fsGroup": {"?": ["~", 1000]}}]},
        "serviceAccountName": {"?": ["~", "default", "runner", ""]},
        "automountServiceAccountToken": {"?": ["~", false, true]},
        "terminationGracePeriodSeconds": {"?": ["~", 10, 30, 0, null]},
        "dnsPolicy": {"?": ["~", "ClusterFirst", "Default", ""]},
        "dnsConfig": {"?": ["~", {}, {"options": {"*": [{"name": "ndots", "value": {"?": ["2", "5"]}}, {"name": "edns0"}]}}]},
        "enableServiceLinks": {"?": ["~", false, true]},
        "hostname": {"?": ["~", "web"]},
        "readinessGates": {"?": ["~", {"*": [{"conditionType": "example.org/a"}, {"conditionType": "example.org/b"}]}]},
        "shareProcessNamespace": {"?": ["~", true]},
    })
}

/// The template of a workload's pods.
pub fn template() -> Value {
    json!({
        "metadata": {
            "labels": {"app": "$NAME", "tier": {"?": ["~", "front", "back"]}},
            "annotations": {"?": ["~", null, {}, {"checksum": {"?": ["1", "2", ""]}}]},
            "creationTimestamp": {"?": ["~", "~", null]},
        },
        "spec": spec(),
    })
}

/// A template whose pods end by themselves.
pub fn ending_template() -> Value {
    let mut template = template();
    template["spec"]["restartPolicy"] = json!({"!": ["Never", "OnFailure"]});
    template
}

fn spread(key: &str, unsatisfiable: &str) -> Value {
    json!({"topologyKey": key, "maxSkew": {"?": [1, 2]}, "whenUnsatisfiable": unsatisfiable,
           "labelSelector": {"matchLabels": {"app": "$NAME"}}})
}

fn affinity() -> Value {
    json!({"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": {"*": [
        {"weight": {"?": [1, 50]}, "podAffinityTerm": {"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "$NAME"}}}},
        {"weight": 100, "podAffinityTerm": {"topologyKey": "host", "namespaces": {"?": ["~", ["a", "b"], ["b", "a"]]}}},
    ]}}})
}

fn volume(name: &str) -> Value {
    json!({"?": [
        {"name": name},
        {"name": name, "emptyDir": {"?": [{}, {"medium": "Memory"}, {"sizeLimit": {"?": ["1Gi", "1024Mi", "500M", 1000]}}]}},
        {"name": name, "configMap": {"name": {"?": ["settings", "other"]}, "defaultMode": {"?": ["~", 420, 256]},
            "items": {"?": ["~", {"+": [{"key": "a", "path": "a"}, {"key": "b", "path": {"?": ["b", "c"]}}]}]}}},
        {"name": name, "secret": {"secretName": "key", "optional": {"?": ["~", true, false]}}},
        {"name": name, "hostPath": {"path": "/srv", "type": {"?": ["~", "", "Directory"]}}},
        {"name": name, "projected": {"sources": {"*": [
            {"configMap": {"name": "settings"}}, {"secret": {"name": "key"}},
            {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
        ]}}},
        {"name": name, "persistentVolumeClaim": {"claimName": "data"}},
    ]})
}

fn container(name: &str) -> Value {
    json!({
        "name": name,
        "image": {"?": ["shop/web:1", "shop/web:2", "shop/web", "shop/web:latest", "shop/web@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]},
        "imagePullPolicy": {"?": ["~", "~", "Always", "IfNotPresent", ""]},
        "command": {"?": ["~", [], ["/web"], ["/web", "-v"]]},
        "args": {"?": ["~", null, {"*": ["-a", "-b", "-c=1", "-a"]}]},
        "workingDir": {"?": ["~", "/srv", ""]},
        "env": {"?": ["~", [], {"*": [
            variable("LEVEL"), variable("CACHE"), variable("HOST"), {"name": "POD", "value": "a-$(LEVEL)"},
        ]}, {"*": [variable("HOST"), variable("LEVEL")]}]},
        "envFrom": {"?": ["~", {"*": [{"configMapRef": {"name": "settings"}}, {"prefix": "K_", "secretRef": {"name": "key"}}]}]},
        "ports": {"?": ["~", [], {"*": [
            {"containerPort": 8080, "name": {"?": ["~", "http"]}},
            {"containerPort": 9090, "name": {"?": ["~", "metrics"]}, "protocol": {"?": ["~", "TCP"]}},
            {"containerPort": 5353, "protocol": {"?": ["UDP", "TCP", "SCTP"]}},
        ]}]},
        "resources": {"?": ["~", null, {}, {
            "requests": {"?": ["~", {"cpu": {"?": ["100m", "0.1", 0.1, "1e-1"]}, "memory": {"?": ["1Gi", "1024Mi", "1G"]}}]},
            "limits": {"?": ["~", {}, {"cpu": {"?": ["2000m", "2", 2, "2.0"]}, "memory": {"?": ["~", "4Gi", "4e9", "4294967296"]},
                "ephemeral-storage": {"?": ["~", "10G"]}}]},
        }]},
        "livenessProbe": {"?": ["~", null, probe()]},
        "readinessProbe": {"?": ["~", probe()]},
        "lifecycle": {"?": ["~", {}, {"preStop": {"?": [{"exec": {"command": ["sleep", "1"]}}, {"httpGet": {"path": "/", "port": 8080}}]}}]},
        "securityContext": {"?": ["~", {}, {"runAsUser": {"?": ["~", 0, 100]}, "readOnlyRootFilesystem": {"?": ["~", true, false]},
            "capabilities": {"?": ["~", {}, {"drop": ["ALL"], "add": {"*": ["NET_ADMIN", "SYS_TIME"]}}]}}]},
        "volumeMounts": {"?": ["~", "~", []]},
        "tty": {"?": ["~", false, true]},
        "terminationMessagePolicy": {"?": ["~", "File", "FallbackToLogsOnError"]},
    })
}

/// Only containers that stay have probes.
fn init_container(name: &str) -> Value {
    let mut container = container(name);
    if let Some(container) = container.as_object_mut() {
        container.retain(|field, _| !["livenessProbe", "readinessProbe", "lifecycle"].contains(&field.as_str()));
    }
    container
}

fn variable(name: &str) -> Value {
    json!({"?": [
        {"name": name, "value": {"?": ["info", "debug", "", "~", null]}},
        {"name": name, "value": {"?": ["1", "yes"]}},
        {"name": name, "valueFrom": {"fieldRef": {"fieldPath": {"?": ["metadata.name", "status.podIP"]}, "apiVersion": {"?": ["~", "v1"]}}}},
        {"name": name, "valueFrom": {"secretKeyRef": {"name": "key", "key": "a", "optional": {"?": ["~", true]}}}},
        {"name": name, "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "a"}}},
        {"name": name, "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": {"?": ["~", "1", "1m", 0]}}}},
    ]})
}

fn probe() -> Value {
    let timing = |mut probe: Value| {
        probe["periodSeconds"] = json!({"?": ["~", 10, 5]});
        probe["timeoutSeconds"] = json!({"?": ["~", 0, 1, 3, null]});
        probe["failureThreshold"] = json!({"?": ["~", 3, 5]});
        probe
    };
    json!({"?": [
        timing(json!({"httpGet": {"path": {"?": ["/", "/healthz", "~"]}, "port": {"?": [8080, "http"]}, "scheme": {"?": ["~", "HTTP", "HTTPS"]},
            "httpHeaders": {"?": ["~", {"*": [{"name": "X-A", "value": "1"}, {"name": "X-B", "value": "2"}]}]}}})),
        timing(json!({"tcpSocket": {"port": {"?": [8080, "http"]}}})),
        timing(json!({"exec": {"command": {"?": [["true"], ["sh", "-c", "true"]]}}})),
        timing(json!({"grpc": {"port": 9090, "service": {"?": ["~", "", "health"]}}})),
    ]})
}
