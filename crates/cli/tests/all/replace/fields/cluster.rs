//! What has no namespace.

use serde_json::{Value, json};

use super::{Subject, subject};

pub fn subjects() -> Vec<Subject> {
    vec![
        subject(
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            json!({"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
            [
                json!({"rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}]}),
                json!({"rules": null, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}}),
            ],
        ),
        subject(
            "rbac.authorization.k8s.io/v1",
            "ClusterRoleBinding",
            json!({"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "a"}}),
            [
                json!({"roleRef": {"name": "b"}}),
                json!({"subjects": [{"kind": "User", "name": "b", "apiGroup": "rbac.authorization.k8s.io"}]}),
            ],
        ),
        subject(
            "scheduling.k8s.io/v1",
            "PriorityClass",
            json!({"value": 10, "description": "a"}),
            [json!({"value": 11}), json!({"preemptionPolicy": "Never"}), json!({"description": "b"})],
        ),
        subject(
            "networking.k8s.io/v1",
            "IngressClass",
            json!({"spec": {"controller": "example.com/a"}}),
            [
                json!({"spec": {"controller": "example.com/b"}}),
                json!({"spec": {"parameters": {"kind": "ConfigMap", "name": "a"}}}),
            ],
        ),
        subject(
            "networking.k8s.io/v1",
            "IPAddress",
            json!({"spec": {"parentRef": {"resource": "services", "namespace": "default", "name": "a"}}}),
            [json!({"spec": {"parentRef": {"name": "b"}}})],
        ),
        subject(
            "networking.k8s.io/v1",
            "ServiceCIDR",
            json!({"spec": {"cidrs": ["10.200.0.0/16"]}}),
            [
                json!({"spec": {"cidrs": ["10.201.0.0/16"]}}),
                json!({"spec": {"cidrs": ["10.200.0.0/16", "fd00:1::/112"]}}),
            ],
        ),
        subject(
            "node.k8s.io/v1",
            "RuntimeClass",
            json!({"handler": "a"}),
            [
                json!({"handler": "b"}),
                json!({"overhead": {"podFixed": {"cpu": "10m"}}}),
                json!({"scheduling": {"nodeSelector": {"a": "b"}}}),
            ],
        ),
        subject("v1", "Namespace", json!({}), [json!({"metadata": {"labels": {"a": "b"}, "annotations": {"a": "b"}}})]),
        subject(
            "v1",
            "Node",
            json!({"spec": {"podCIDR": "10.0.0.0/24"}}),
            [
                json!({"spec": {"unschedulable": true}}),
                json!({"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}}),
                json!({"spec": {"podCIDR": "10.0.1.0/24"}}),
                json!({"spec": {"providerID": "a://b"}}),
            ],
        ),
        definition(),
        webhook("ValidatingWebhookConfiguration"),
        webhook("MutatingWebhookConfiguration"),
        policy(),
        subject(
            "admissionregistration.k8s.io/v1",
            "ValidatingAdmissionPolicyBinding",
            json!({"spec": {"policyName": "a", "validationActions": ["Audit"]}}),
            [json!({"spec": {"validationActions": ["Deny"]}}), json!({"spec": {"policyName": "b"}})],
        ),
        subject(
            "flowcontrol.apiserver.k8s.io/v1",
            "FlowSchema",
            json!({"spec": {"priorityLevelConfiguration": {"name": "catch-all"}, "matchingPrecedence": 9000}}),
            [
                json!({"spec": {"matchingPrecedence": 8000, "priorityLevelConfiguration": {"name": "global-default"}, "distinguisherMethod": {"type": "ByUser"}}}),
            ],
        ),
        subject(
            "flowcontrol.apiserver.k8s.io/v1",
            "PriorityLevelConfiguration",
            json!({"spec": {"type": "Limited", "limited": {"limitResponse": {"type": "Reject"}}}}),
            [
                json!({"spec": {"limited": {"nominalConcurrencyShares": 5}}}),
                json!({"spec": {"limited": {"lendablePercent": 5}}}),
            ],
        ),
        subject(
            "resource.k8s.io/v1",
            "DeviceClass",
            json!({"spec": {"selectors": [{"cel": {"expression": "true"}}]}}),
            [json!({"spec": {"selectors": [{"cel": {"expression": "false"}}]}})],
        ),
    ]
}

fn versions(served: &[&str]) -> Value {
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    served
        .iter()
        .enumerate()
        .map(|(index, name)| json!({"name": name, "served": true, "storage": index == 0, "schema": schema}))
        .collect()
}

fn definition() -> Subject {
    let names = json!({"kind": "NAME", "plural": "names", "singular": "name", "listKind": "NAMEList"});
    let spec = json!({"group": "example.com", "scope": "Namespaced", "names": names, "versions": versions(&["v1"])});
    subject(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        json!({"spec": spec}),
        [
            json!({"spec": {"scope": "Cluster"}}),
            json!({"spec": {"names": {"kind": "Other"}}}),
            json!({"spec": {"names": {"listKind": "OtherList"}}}),
            json!({"spec": {"names": {"singular": "other"}}}),
            json!({"spec": {"names": {"shortNames": ["o"], "categories": ["all"]}}}),
            json!({"spec": {"versions": versions(&["v1", "v2"])}}),
            json!({"spec": {"preserveUnknownFields": false}}),
        ],
    )
}

fn webhook(kind: &str) -> Subject {
    let hook = |name: &str| {
        json!([{
            "name": name, "sideEffects": "None", "admissionReviewVersions": ["v1"], "failurePolicy": "Ignore",
            "clientConfig": {"url": "https://example.com"},
        }])
    };
    subject(
        "admissionregistration.k8s.io/v1",
        kind,
        json!({"webhooks": hook("a.example.com")}),
        [json!({"webhooks": hook("b.example.com")})],
    )
}

fn policy() -> Subject {
    let rules = json!({"resourceRules": [{"apiGroups": ["example.com"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["nothing"]}]});
    let spec = json!({"matchConstraints": rules, "validations": [{"expression": "true"}]});
    subject(
        "admissionregistration.k8s.io/v1",
        "ValidatingAdmissionPolicy",
        json!({"spec": spec}),
        [json!({"spec": {"failurePolicy": "Ignore", "validations": [{"expression": "1 == 1"}]}})],
    )
}
