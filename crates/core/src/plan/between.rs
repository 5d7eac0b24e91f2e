//! What changes between two revisions, whatever the target has.

use crate::{
    compare,
    desired::DesiredSet,
    inventory::Inventory,
    observation::{LiveObject, Observation},
    plan::{Action, Plan, PlanInput, PlanOptions, Surroundings, compute},
    schema,
};

/// The plan for a target on which one revision was applied in full and to which nobody else has written: it tells what
/// the next revision changes. Fields that a server fills in do not show.
pub fn between(from: &DesiredSet, to: &DesiredSet, default_namespace: &str, options: &PlanOptions) -> Plan {
    let surroundings = Surroundings::default();
    let plan = |desired: &DesiredSet, observation: &Observation, inventory: Option<&Inventory>| {
        compute(&PlanInput {
            desired,
            observation,
            inventory,
            surroundings: &surroundings,
            default_namespace,
            enforce_namespace: false,
            options,
        })
    };
    let mut observation = Observation::default();
    for (number, item) in plan(from, &Observation::default(), None).items.into_iter().enumerate() {
        if let Action::Create { body, .. } = item.action {
            let body = compare::as_stored(schema::builtin().lookup(&item.gvk).as_ref(), body);
            let live = LiveObject {
                id: item.id,
                gvk: item.gvk,
                uid: format!("object-{number}"),
                document: body.to_string().into_boxed_str(),
                selected: true,
                drift: Vec::new(),
            };
            observation.add(live, None);
        }
    }
    let objects = observation.live.values().map(|live| (live.id.clone(), Some(live.uid.clone()))).collect();
    let inventory = Inventory { objects, ..Inventory::default() };
    plan(to, &observation, Some(&inventory))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{Catalog, ServedKind},
        desired::Scope,
        manifest::{self, ManifestFile},
        object::Gvk,
        selector::Selector,
    };

    fn revision(files: &[(&str, &str)]) -> DesiredSet {
        let mut catalog = Catalog::default();
        for (kind, plural) in [("ConfigMap", "configmaps"), ("Secret", "secrets")] {
            let gvk = Gvk::new("v1", kind);
            catalog.add(ServedKind { gvk, plural: plural.into(), namespaced: true, prunable: true });
        }
        let files =
            files.iter().map(|(path, text)| ManifestFile { path: (*path).into(), bytes: text.as_bytes().into() });
        let scope = Scope {
            default_namespace: "prod".into(),
            enforce_namespace: false,
            selector: Selector::parse("deploy=shop").unwrap(),
        };
        DesiredSet::resolve(manifest::load(files.collect()).unwrap(), &catalog, &scope).unwrap()
    }

    fn config_map(name: &str, value: &str) -> String {
        format!(
            "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}, labels: {{deploy: shop}}}}, data: {{a: {value}}}}}"
        )
    }

    #[test]
    fn tells_what_the_next_revision_changes_and_nothing_else() {
        let from = revision(&[
            ("a.yaml", &config_map("a", "one")),
            ("b.yaml", &config_map("b", "same")),
            ("c.yaml", &config_map("c", "goes")),
        ]);
        let to = revision(&[
            ("a.yaml", &config_map("a", "two")),
            ("b.yaml", &config_map("b", "same")),
            ("d.yaml", &config_map("d", "comes")),
        ]);
        let plan = between(&from, &to, "prod", &PlanOptions { max_prune_share: 1.0, ..PlanOptions::default() });
        assert_eq!(plan.totals().to_string(), "1 to create, 1 to update, 1 to prune, 1 unchanged");
        assert!(plan.refusals.is_empty() && plan.warnings.is_empty());
        let update = plan.items.iter().find(|item| item.id.name == "a").unwrap();
        let Action::Update { changes, .. } = &update.action else { panic!("a is updated") };
        assert_eq!(changes.iter().filter(|change| change.field == "data[a]").count(), 1);
    }
}
