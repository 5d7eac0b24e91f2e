use serde_json::json;

use super::*;
use crate::compare::Step;

fn is_immutable(kind: (&str, &str), live: &Value, field: &[&str], old: Value, new: Option<Value>) -> bool {
    let path = field.iter().fold(FieldPath::default(), |path, name| path.join(Step::Field((*name).to_owned())));
    let changes = [FieldChange { path, old: Some(old).filter(|old| !old.is_null()), new }];
    !immutable_changes(&GroupKind::new(kind.0, kind.1), live, &changes).is_empty()
}

#[test]
fn a_claim_may_get_its_class_later_but_not_another_one() {
    let field = ["spec", "storageClassName"];
    let kind = ("", "PersistentVolumeClaim");
    assert!(!is_immutable(kind, &json!({}), &field, Value::Null, Some(json!("fast"))));
    assert!(is_immutable(kind, &json!({}), &field, json!("slow"), Some(json!("fast"))));
}

#[test]
fn the_class_of_a_balancer_goes_with_the_type() {
    let balancer = json!({"spec": {"type": "LoadBalancer"}});
    let field = ["spec", "loadBalancerClass"];
    assert!(is_immutable(("", "Service"), &balancer, &field, json!("a"), Some(json!("b"))));
    assert!(is_immutable(("", "Service"), &balancer, &field, json!("a"), None));
    let change = |field: &str, old: &str, new: Option<&str>| FieldChange {
        path: FieldPath::default().join(Step::Field("spec".into())).join(Step::Field(field.into())),
        old: Some(json!(old)),
        new: new.map(|new| json!(new)),
    };
    let both = [change("loadBalancerClass", "a", None), change("type", "LoadBalancer", Some("ClusterIP"))];
    assert!(immutable_changes(&GroupKind::new("", "Service"), &balancer, &both).is_empty());
    assert!(!is_immutable(("", "Service"), &json!({"spec": {}}), &field, Value::Null, Some(json!("a"))));
}

#[test]
fn a_job_can_change_before_it_starts() {
    let field = ["spec", "template", "spec", "nodeSelector"];
    let changed = |suspend: bool| {
        let live = json!({"spec": {"suspend": suspend}});
        is_immutable(("batch", "Job"), &live, &field, json!({"a": "b"}), Some(json!({"a": "c"})))
    };
    assert_eq!((changed(true), changed(false)), (false, true));
}

#[test]
fn a_field_that_comes_with_others_counts_by_itself() {
    let kind = GroupKind::new("batch", "Job");
    let live = json!({"spec": {"suspend": true}});
    let change = |affinity: Value| {
        let path = ["spec", "template", "spec", "affinity"]
            .iter()
            .fold(FieldPath::default(), |path, name| path.join(Step::Field((*name).to_owned())));
        [FieldChange { path, old: None, new: Some(affinity) }]
    };
    assert!(immutable_changes(&kind, &live, &change(json!({"nodeAffinity": {"a": 1}}))).is_empty());
    assert_eq!(immutable_changes(&kind, &live, &change(json!({"podAffinity": {"a": 1}}))).len(), 1);
}

#[test]
fn pods_are_adopted_only_by_a_selector_that_selects_them() {
    let of = |policy: &str, selector: Value| {
        let live = json!({"spec": {
            "template": {"metadata": {"labels": {"app": "db", "tier": "back"}}},
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": policy},
        }});
        ReplaceMethod::of(&GroupKind::new("apps", "StatefulSet"), &live, &json!({"spec": {"selector": selector}}))
    };
    assert_eq!(of("Delete", json!({"matchLabels": {"app": "db"}})), ReplaceMethod::Orphan);
    assert_eq!(of("Retain", json!({"matchLabels": {"app": "other"}})), ReplaceMethod::RecreatePods);
    assert_eq!(of("Delete", json!({"matchLabels": {"app": "other"}})), ReplaceMethod::RecreateData);
    let expression =
        |operator: &str| json!({"matchExpressions": [{"key": "tier", "operator": operator, "values": ["back"]}]});
    assert_eq!(of("Retain", expression("In")), ReplaceMethod::Orphan);
    assert_eq!(of("Retain", expression("NotIn")), ReplaceMethod::RecreatePods);
}
