//! What is asked before objects are stored: rules for a group that nobody has, so that nothing is stopped.

use serde_json::{Value, json};

fn hook(name: &str) -> Value {
    json!({
        "name": format!("{name}.example.org"),
        "admissionReviewVersions": {"?": [["v1"], ["v1", "v1beta1"]]},
        "sideEffects": {"?": ["None", "NoneOnDryRun"]},
        "clientConfig": {"?": [
            {"service": {"name": "hook", "namespace": "default", "path": {"?": ["~", "/"]}, "port": {"?": ["~", 443, 8443]}}},
            {"url": "https://hook.example.org"},
        ]},
        "rules": {"*": [
            {"apiGroups": ["none.example.org"], "apiVersions": ["*"], "operations": {"?": [["CREATE"], ["CREATE", "UPDATE"]]}, "resources": ["things"], "scope": {"?": ["~", "*", "Namespaced"]}},
            {"apiGroups": ["none.example.org"], "apiVersions": ["v1"], "operations": ["*"], "resources": ["others"]},
        ]},
        "failurePolicy": {"?": ["~", "Ignore", "Fail"]},
        "timeoutSeconds": {"?": ["~", 10, 5]},
        "matchPolicy": {"?": ["~", "Exact"]},
        "namespaceSelector": {"?": ["~", {}, {"matchLabels": {"a": "b"}}]},
        "matchConditions": {"?": ["~", {"*": [{"name": "a", "expression": {"?": ["true", "1 == 1"]}}, {"name": "b", "expression": "true"}]}]},
    })
}

pub fn validating() -> Value {
    json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "webhooks": {"?": ["~", [], {"*": [hook("a"), hook("b"), hook("c")]}]}})
}

pub fn mutating() -> Value {
    let mut configuration = validating();
    configuration["kind"] = json!("MutatingWebhookConfiguration");
    configuration
}

pub fn policy() -> Value {
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
        "spec": {
            "failurePolicy": {"?": ["~", "Ignore", "Fail"]},
            "matchConstraints": {"resourceRules": [{"apiGroups": ["none.example.org"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["things"]}]},
            "matchConditions": {"?": ["~", {"*": [{"name": "a", "expression": {"?": ["true", "1 == 1"]}}, {"name": "b", "expression": "true"}]}]},
            "variables": {"?": ["~", {"*": [{"name": "a", "expression": {"?": ["1", "2"]}}, {"name": "b", "expression": "3"}]}]},
            "validations": {"+": [{"expression": "true", "message": {"?": ["~", "no"]}}, {"expression": "1 < 2"}]},
        },
    })
}

pub fn binding() -> Value {
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
        "spec": {"policyName": {"?": ["a", "b"]}, "validationActions": {"?": [["Deny"], ["Warn", "Audit"], ["Audit"]]},
            "matchResources": {"?": ["~", {"namespaceSelector": {"?": [{}, {"matchLabels": {"a": "b"}}]}}]}},
    })
}
