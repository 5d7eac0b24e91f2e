//! How pods are reached, and by whom.

use serde_json::{Value, json};

pub fn service() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service",
        "spec": {
            "selector": {"?": ["~", {"app": "$NAME"}, {"app": "$NAME", "tier": "front"}]},
            "type": {"?": ["~", "ClusterIP", "NodePort", "LoadBalancer"]},
            "ports": {"+": [
                {"port": 80, "name": "http", "targetPort": {"?": ["~", 8080, "http", 80]}, "protocol": {"?": ["~", "TCP"]}},
                {"port": 443, "name": "https", "targetPort": {"?": ["~", 8443]}, "appProtocol": {"?": ["~", "https"]}},
                {"port": 53, "name": {"?": ["dns", "domain"]}, "protocol": {"?": ["UDP", "TCP"]}},
                {"port": 9090, "name": "metrics"},
            ]},
            "sessionAffinity": {"?": ["~", "None", "ClientIP"]},
            "publishNotReadyAddresses": {"?": ["~", true, false]},
            "externalIPs": {"?": ["~", [], {"*": ["192.0.2.1", "192.0.2.2"]}]},
            "internalTrafficPolicy": {"?": ["~", "Cluster", "Local"]},
            "ipFamilyPolicy": {"?": ["~", "SingleStack"]},
        },
        "status": {"?": ["~", "~", {"loadBalancer": {}}]},
    })
}

pub fn headless_service() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service",
        "spec": {
            "clusterIP": "None",
            "selector": {"app": {"?": ["a", "b"]}},
            "ports": {"?": ["~", null, {"*": [{"port": 80, "name": "a"}, {"port": 81, "name": "b"}]}]},
            "publishNotReadyAddresses": {"?": ["~", true]},
        },
    })
}

/// Between a name elsewhere and an address of its own.
pub fn external_service() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service",
        "spec": {"?": [
            {"type": "ExternalName", "externalName": {"?": ["a.example", "b.example"]}},
            {"type": "ClusterIP", "selector": {"a": "b"}, "ports": [{"port": 80}]},
            {"type": "LoadBalancer", "ports": [{"port": 80}], "loadBalancerClass": {"!": ["~", "example.org/a"]},
             "externalTrafficPolicy": {"?": ["~", "Local", "Cluster"]}, "loadBalancerSourceRanges": {"?": ["~", ["192.0.2.0/24"]]},
             "allocateLoadBalancerNodePorts": {"?": ["~", false]}},
        ]},
    })
}

pub fn endpoints() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Endpoints",
        "subsets": {"?": ["~", [], [{"addresses": {"+": [{"ip": "192.0.2.1"}, {"ip": "192.0.2.2", "hostname": "b"}]},
            "ports": {"?": ["~", {"*": [{"port": 80, "name": "a"}, {"port": 81, "name": "b"}]}]}}]]},
    })
}

pub fn endpoint_slice() -> Value {
    json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "endpoints": {"*": [{"addresses": ["192.0.2.1"], "conditions": {"?": ["~", {}, {"ready": {"?": [true, false]}}]}}, {"addresses": ["192.0.2.2"]}]},
        "ports": {"?": ["~", {"*": [{"name": "a", "port": 80}, {"name": "b", "port": 81, "protocol": {"?": ["~", "UDP"]}}]}]},
    })
}

pub fn ingress() -> Value {
    let backend = |name: &str, port: Value| json!({"service": {"name": name, "port": port}});
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "spec": {
            "ingressClassName": {"?": ["~", "nginx"]},
            "defaultBackend": {"?": [backend("a", json!({"number": 80})), backend("a", json!({"?": [{"name": "http"}, {"number": 81}]}))]},
            "tls": {"?": ["~", [], {"*": [{"hosts": {"?": ["~", ["a.example"], ["a.example", "b.example"]]}, "secretName": "a"}, {"secretName": "b"}]}]},
            "rules": {"?": ["~", null, {"*": [
                {"host": "a.example", "http": {"paths": {"+": [
                    {"path": "/", "pathType": {"?": ["Prefix", "Exact"]}, "backend": backend("a", json!({"number": 80}))},
                    {"path": "/b", "pathType": "ImplementationSpecific", "backend": backend("b", json!({"name": "http"}))},
                ]}}},
                {"host": "b.example"},
            ]}]},
        },
    })
}

pub fn network_policy() -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "spec": {
            "podSelector": {"?": [{}, {"matchLabels": {"app": "a"}}, {"matchExpressions": [{"key": "a", "operator": "In", "values": {"?": [["b"], ["b", "c"]]}}]}]},
            "policyTypes": {"?": ["~", ["Ingress"], ["Ingress", "Egress"]]},
            "ingress": {"?": ["~", [], [{}], {"*": [
                {"from": {"*": [{"podSelector": {}}, {"namespaceSelector": {"matchLabels": {"a": "b"}}}, {"ipBlock": {"cidr": "192.0.2.0/24", "except": {"?": ["~", ["192.0.2.1/32"]]}}}]}},
                {"ports": [{"port": {"?": [80, "http"]}, "protocol": {"?": ["~", "UDP"]}}]},
            ]}]},
        },
    })
}

pub fn ingress_class() -> Value {
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass",
        "spec": {"controller": {"!": ["example.org/a", "example.org/b"]},
            "parameters": {"?": ["~", {"kind": "Config", "name": "a", "apiGroup": "example.org", "scope": {"?": ["~", "Cluster"]}}]}}})
}
