//! What is recorded as desired but not true on its target.

use serde_json::json;

use super::*;
use crate::{
    catalog::{Catalog, ServedKind},
    desired::{DesiredSet, Scope},
    inventory::Inventory,
    last_applied,
    manifest::{self, ManifestFile},
    observation::Observation,
    selector::Selector,
};

const STOPPED: &str = "its container was stopped";

/// The plan for a ConfigMap that asks for `one`, where the target holds another value, drifted or not.
fn plan_of(live: &str, drift: &[&str], prune_it: bool) -> Plan {
    let mut catalog = Catalog::default();
    let gvk = Gvk::new("v1", "ConfigMap");
    catalog.add(ServedKind { gvk: gvk.clone(), plural: "configmaps".into(), namespaced: true, prunable: true });
    let text = |name: &str| {
        format!(
            "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}, labels: {{deploy: shop}}}}, data: {{a: one}}}}"
        )
    };
    let path = |name: &str| ManifestFile { path: format!("{name}.yaml"), bytes: text(name).into_bytes() };
    let files = if prune_it { vec![path("other"), path("third")] } else { vec![path("it")] };
    let scope = Scope {
        default_namespace: "prod".into(),
        enforce_namespace: false,
        selector: Selector::parse("deploy=shop").unwrap(),
    };
    let desired = DesiredSet::resolve(manifest::load(files).unwrap(), &catalog, &scope).unwrap();
    let (document, _) = last_applied::annotate_owned(json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"labels": {"deploy": "shop"}, "name": "it", "namespace": "prod"},
        "data": {"a": live},
    }));
    let id =
        ObjectId { group: String::new(), kind: "ConfigMap".into(), namespace: Some("prod".into()), name: "it".into() };
    let live = LiveObject {
        id: id.clone(),
        gvk,
        uid: "1".into(),
        document: document.to_string().into_boxed_str(),
        selected: true,
        drift: drift.iter().map(|text| (*text).to_owned()).collect(),
    };
    let mut observation = Observation::default();
    observation.add(live, None);
    let inventory = Inventory { objects: [(id, Some("1".into()))].into(), ..Inventory::default() };
    compute(&PlanInput {
        desired: &desired,
        observation: &observation,
        inventory: Some(&inventory),
        surroundings: &Surroundings::default(),
        default_namespace: "prod",
        enforce_namespace: false,
        options: &PlanOptions { max_prune_share: 1.0, ..PlanOptions::default() },
    })
}

#[test]
fn drift_is_repaired_whatever_else_happens_to_the_object() {
    for (live, drift, prune_it, expected, told) in [
        ("one", &[][..], false, "1 unchanged", &[][..]),
        ("one", &[STOPPED], false, "1 to repair", &[STOPPED]),
        ("two", &[], false, "1 to update", &[]),
        // The update makes the object anew: that it was changed is only told.
        ("two", &[STOPPED], false, "1 to update", &[STOPPED]),
        ("one", &[STOPPED], true, "2 to create, 1 to prune", &[]),
    ] {
        let plan = plan_of(live, drift, prune_it);
        assert_eq!(plan.totals().to_string(), expected, "{live} {drift:?}");
        let item = plan.items.iter().find(|item| item.id.name == "it").unwrap();
        let said: &[String] = match &item.action {
            Action::Repair { drift } => drift,
            _ => &item.notes,
        };
        assert_eq!(said, told, "{live} {drift:?}");
        assert_eq!(plan.has_changes(), expected != "1 unchanged");
        assert!(plan.refusals.is_empty());
    }
}

#[test]
fn an_update_that_the_target_finds_to_change_nothing_still_repairs() {
    for (drift, expected) in [(&[][..], "1 unchanged"), (&[STOPPED][..], "1 to repair")] {
        let mut plan = plan_of("two", drift, false);
        let live = live_with(drift);
        plan.items[0].settle(&live, &live.parse().unwrap());
        assert_eq!(plan.totals().to_string(), expected);
    }
}

fn live_with(drift: &[&str]) -> LiveObject {
    LiveObject {
        id: ObjectId { group: String::new(), kind: "ConfigMap".into(), namespace: None, name: "it".into() },
        gvk: Gvk::new("v1", "ConfigMap"),
        uid: "1".into(),
        document: r#"{"data":{"a":"two"}}"#.into(),
        selected: true,
        drift: drift.iter().map(|text| (*text).to_owned()).collect(),
    }
}
