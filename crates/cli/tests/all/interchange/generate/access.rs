//! Who may do what.

use serde_json::{Value, json};

fn rules() -> Value {
    json!({"?": ["~", null, [], {"*": [
        {"apiGroups": [""], "resources": {"?": [["pods"], ["pods", "services"]]}, "verbs": {"?": [["get"], ["list", "get"], ["*"]]}},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"], "resourceNames": {"?": ["~", [], ["a"]]}},
    ]}]})
}

fn subjects() -> Value {
    json!({"?": ["~", [], {"*": [
        {"kind": "User", "name": {"?": ["ada", "bob"]}, "apiGroup": {"?": ["~", "rbac.authorization.k8s.io"]}},
        {"kind": "ServiceAccount", "name": "runner", "namespace": "default"},
        {"kind": "Group", "name": "admins"},
    ]}]})
}

const GROUP: &str = "rbac.authorization.k8s.io";

pub fn role() -> Value {
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": rules()})
}

pub fn cluster_role() -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
        "rules": {"?": ["~", [], {"*": [{"nonResourceURLs": ["/metrics"], "verbs": ["get"]},
            {"apiGroups": [""], "resources": ["nodes"], "verbs": {"?": [["get"], ["get", "list"]]}}]}]},
        "aggregationRule": {"?": ["~", "~", {"clusterRoleSelectors": [{"matchLabels": {"a": {"?": ["b", "c"]}}}]}]},
    })
}

pub fn role_binding() -> Value {
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "subjects": subjects(),
        "roleRef": {"apiGroup": {"!": [GROUP, GROUP, ""]}, "kind": {"!": ["Role", "ClusterRole"]}, "name": {"!": ["a", "b"]}}})
}

pub fn cluster_role_binding() -> Value {
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "subjects": subjects(),
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": {"!": ["a", "b"]}}})
}
