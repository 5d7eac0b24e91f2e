//! A kind of the shop's own, and its objects: their patches are JSON merge patches.

use serde_json::{Value, json};

/// Two kinds: `Widget`, in a namespace, with a status and defaults, and `Plan`, of the whole cluster, with free fields.
pub fn widget_definition() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "spec": {
            "group": "shop.example.org", "scope": "Namespaced",
            "names": {"kind": "Widget", "plural": "widgets", "singular": "widget", "shortNames": {"?": ["~", ["wi"], ["wi", "wid"]]},
                "categories": {"?": ["~", ["all"]]}},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "subresources": {"status": {}},
                "additionalPrinterColumns": {"?": ["~", {"+": [{"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
                    {"name": "Level", "type": "string", "jsonPath": ".spec.level"}]}]},
                "schema": {"openAPIV3Schema": {"type": "object", "description": {"?": ["~", "A widget"]}, "properties": {
                    "spec": {"type": "object", "properties": {
                        "size": {"type": "integer"},
                        "level": {"type": "string", "default": "info"},
                        "ratio": {"type": "number"},
                        "maybe": {"type": "string", "nullable": true},
                        "parts": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                            "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "count": {"type": "integer", "default": 1}}}},
                        "tags": {"type": "array", "items": {"type": "string"}},
                        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                        "port": {"x-kubernetes-int-or-string": true},
                    }},
                    "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                }}},
            }],
        },
    })
}

pub fn plan_definition() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "spec": {
            "group": "shop.example.org", "scope": "Cluster", "names": {"kind": "Plan", "plural": "plans"},
            "preserveUnknownFields": {"?": ["~", false]},
            "versions": [{"name": "v1alpha1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}],
        },
    })
}

fn free() -> Value {
    json!({"?": ["~", null, {}, {"a": {"?": ["~", null, 1, 1.5, "x", true, [], {}]}, "b": {"c": {"?": ["~", {"d": null}, {"d": {"e": {"?": [1, 2, null]}}}]}},
        "list": {"?": ["~", [1, 2], [2, 1], [{"a": null}, {"a": 1}], [[], {}], []]}}]})
}

pub fn widget() -> Value {
    json!({
        "apiVersion": "shop.example.org/v1", "kind": "Widget",
        "spec": {"?": ["~", {}, {
            "size": {"?": ["~", 1, 2, 10_000_000_000_i64]},
            "level": {"?": ["~", "info", "debug"]},
            "ratio": {"?": ["~", 1.0, 0.25, 2]},
            "maybe": {"?": ["~", null, "x"]},
            "parts": {"?": ["~", [], {"*": [{"name": "a"}, {"name": "b", "count": {"?": [1, 2]}}, {"name": "c", "count": 3}]}]},
            "tags": {"?": ["~", {"*": ["a", "b", "c"]}]},
            "free": free(),
            "port": {"?": ["~", 80, "http"]},
        }]},
        "status": {"?": ["~", "~", {"phase": "wished"}]},
    })
}

pub fn plan() -> Value {
    json!({"apiVersion": "shop.example.org/v1alpha1", "kind": "Plan", "spec": free(), "rest": free(), "status": {"?": ["~", {"a": {"?": [1, 2]}}]}})
}
