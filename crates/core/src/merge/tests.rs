use serde_json::{Value, json};

use super::*;
use crate::object::Gvk;
use crate::schema::builtin;

fn kind(api_version: &str, kind: &str) -> Option<Kind> {
    builtin().lookup(&Gvk::new(api_version, kind))
}

fn ports(list: Value) -> Value {
    json!({"spec": {"ports": list}})
}

/// The patch's body, and the ports of the result.
fn patch_ports(original: Option<&Value>, modified: &Value, current: &Value) -> (Patch, Value) {
    let service = kind("v1", "Service");
    let patch = three_way(service.as_ref(), original, modified, current).unwrap();
    let merged = apply_patch(service.as_ref(), current, &patch).unwrap();
    (patch, merged["spec"]["ports"].clone())
}

#[test]
fn fields_are_set_removed_and_left_to_others() {
    let original = json!({"spec": {"replicas": 1, "paused": true}});
    let modified = json!({"spec": {"replicas": 2}});
    let current = json!({"spec": {"replicas": 1, "paused": true, "minReadySeconds": 5}});
    for (of, format) in
        [(kind("apps/v1", "Deployment"), PatchFormat::Strategic), (kind("a.b/v1", "C"), PatchFormat::JsonMerge)]
    {
        let patch = three_way(of.as_ref(), Some(&original), &modified, &current).unwrap();
        assert_eq!(patch.body, json!({"spec": {"paused": null, "replicas": 2}}));
        assert_eq!(patch.format, format);
        let merged = apply_patch(of.as_ref(), &current, &patch).unwrap();
        assert_eq!(merged, json!({"spec": {"minReadySeconds": 5, "replicas": 2}}));
        assert!(three_way(of.as_ref(), Some(&modified), &modified, &merged).unwrap().is_empty());
    }
}

#[test]
fn ports_of_one_number_replace_the_list_only_where_they_differ() {
    let wanted = ports(json!([
        {"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "web", "port": 80}, {"name": "dns-tcp", "port": 53},
    ]));
    let live = ports(json!([
        {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53, "nodePort": 30053},
        {"name": "web", "port": 80, "protocol": "TCP", "targetPort": 80},
        {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53},
    ]));
    let (patch, _) = patch_ports(Some(&wanted), &wanted, &live);
    assert!(patch.is_empty(), "{}", patch.body);
    assert!(patch.replaced_lists.is_empty());

    let mut changed = wanted.clone();
    changed["spec"]["ports"][2]["targetPort"] = json!(5353);
    let (patch, result) = patch_ports(Some(&wanted), &changed, &live);
    assert_eq!(patch.replaced_lists[0].to_string(), "spec.ports");
    assert_eq!(patch.body["spec"]["ports"][0], json!({"$patch": "replace"}));
    // The server puts the entries of one key next to each other; the node port stays.
    assert_eq!(
        result,
        json!([
            {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53, "nodePort": 30053},
            {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 5353},
            {"name": "web", "port": 80, "protocol": "TCP", "targetPort": 80},
        ])
    );
    let (patch, _) = patch_ports(Some(&changed), &changed, &ports(result));
    assert!(patch.is_empty(), "{}", patch.body);
}

#[test]
fn an_entry_leaves_a_list_with_shared_keys() {
    let before = ports(json!([{"name": "a", "port": 53, "protocol": "UDP"}, {"name": "b", "port": 53}]));
    let after = ports(json!([{"name": "b", "port": 53}]));
    let live = ports(json!([
        {"name": "a", "port": 53, "protocol": "UDP"}, {"name": "b", "port": 53, "protocol": "TCP"},
        {"name": "injected", "port": 9, "protocol": "TCP"},
    ]));
    let (_, result) = patch_ports(Some(&before), &after, &live);
    assert_eq!(
        result,
        json!([
            {"name": "b", "port": 53, "protocol": "TCP", "targetPort": 53},
            {"name": "injected", "port": 9, "protocol": "TCP"},
        ])
    );
}

#[test]
fn a_variable_that_is_set_twice_stays_so() {
    let object = |env: Value| json!({"spec": {"template": {"spec": {"containers": [{"name": "web", "env": env}]}}}});
    let deployment = kind("apps/v1", "Deployment");
    let wanted = object(json!([{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]));
    let live = object(json!([{"name": "A", "value": "1"}]));
    let patch = three_way(deployment.as_ref(), Some(&live), &wanted, &live).unwrap();
    assert_eq!(patch.replaced_lists[0].to_string(), "spec.template.spec.containers[name=web].env");
    assert_eq!(apply_patch(deployment.as_ref(), &live, &patch).unwrap(), wanted);
    let patch = three_way(deployment.as_ref(), Some(&wanted), &wanted, &wanted).unwrap();
    assert!(patch.is_empty());
    // A new container brings its list along.
    let empty = json!({"spec": {"template": {"spec": {"containers": [{"name": "other"}]}}}});
    let patch = three_way(deployment.as_ref(), None, &wanted, &empty).unwrap();
    let merged = apply_patch(deployment.as_ref(), &empty, &patch).unwrap();
    assert_eq!(
        merged["spec"]["template"]["spec"]["containers"][0],
        wanted["spec"]["template"]["spec"]["containers"][0]
    );
    assert!(patch.replaced_lists.is_empty());
}

#[test]
fn an_error_says_where() {
    let pod = kind("v1", "Pod");
    let modified = json!({"spec": {"containers": [{"image": "a"}]}});
    let current = json!({"spec": {"containers": [{"name": "a"}]}});
    let error = three_way(pod.as_ref(), None, &modified, &current).unwrap_err();
    assert_eq!(error.to_string(), "spec.containers: Every entry of this list needs the field `name`.");
    let error = three_way(None, None, &json!({"kind": "B"}), &json!({"kind": "A"})).unwrap_err();
    assert_eq!(error.to_string(), "At least one of apiVersion, kind and name was changed.");
    assert!(three_way(None, None, &json!([]), &json!({})).is_err());
}
