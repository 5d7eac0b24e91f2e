//! Computes a plan from what is desired and what is live: no request, no clock.

use std::collections::BTreeSet;

use super::{
    Action, Item, Plan, PlanOptions, Surroundings, apply_items::apply_item, guard, prune_items::prune_items, warn::warn,
};
use crate::{
    batches,
    desired::{Desired, DesiredSet},
    diagnostic::Place,
    inventory::Inventory,
    object::ObjectId,
    observation::{LiveObject, Observation},
    order::Step,
};

/// What a plan is computed from.
pub struct PlanInput<'a> {
    /// The objects of the revision.
    pub desired: &'a DesiredSet,
    /// What the target holds.
    pub observation: &'a Observation,
    /// What the environment put there, where that is known.
    pub inventory: Option<&'a Inventory>,
    /// Other environments, and what is in namespaces and definitions.
    pub surroundings: &'a Surroundings,
    /// The namespace of objects that name none.
    pub default_namespace: &'a str,
    /// The user gave that namespace: nothing outside of it is deleted.
    pub enforce_namespace: bool,
    /// What the user allows.
    pub options: &'a PlanOptions,
}

/// Computes the plan. Its cost grows with the size of the desired objects; an object that is as desired costs one
/// comparison.
pub fn compute(input: &PlanInput<'_>) -> Plan {
    let mut plan = Plan { unseen: input.observation.unseen.clone(), ..Plan::default() };
    let new_namespaces: BTreeSet<&str> = input
        .desired
        .defined_namespaces()
        .into_iter()
        .filter(|name| !input.observation.live.contains_key(&namespace_id(name)))
        .collect();
    plan.items.reserve_exact(input.desired.objects.len());
    for (mut item, refusals) in batches::map(&input.desired.objects, |desired| {
        let mut refusals = Vec::new();
        let live = input.observation.live.get(&desired.id);
        (apply_item(desired, live, input, &mut refusals), refusals)
    }) {
        let namespace = item.id.namespace.as_deref();
        let in_new_namespace = namespace.is_some_and(|namespace| new_namespaces.contains(namespace));
        item.checkable &= !in_new_namespace;
        plan.refusals.extend(refusals);
        plan.items.push(item);
    }
    if input.options.prune {
        prune_items(input, &mut plan);
        guard::refuse_mass_prune(input.options, &mut plan);
    }
    guard::refuse_empty(input.desired, &mut plan);
    warn(input, &mut plan);
    plan.items.sort_by(|a, b| (a.step, &a.id).cmp(&(b.step, &b.id)));
    plan
}

fn namespace_id(name: &str) -> ObjectId {
    ObjectId { group: String::new(), kind: "Namespace".to_owned(), namespace: None, name: name.to_owned() }
}

/// An item of one object, desired, live or both.
pub(super) fn item(id: &ObjectId, desired: Option<&Desired>, live: Option<&LiveObject>, action: Action) -> Item {
    Item {
        id: id.clone(),
        gvk: desired
            .map_or_else(|| live.map(|live| live.gvk.clone()), |desired| Some(desired.gvk.clone()))
            .unwrap_or_else(|| crate::object::Gvk {
                group: id.group.clone(),
                version: String::new(),
                kind: id.kind.clone(),
            }),
        step: Step::of(&id.group_kind()),
        action,
        place: desired.map(|desired| Place::Span(desired.origin.source.clone(), desired.origin.span.clone())),
        uid: live.map(|live| live.uid.clone()),
        notes: Vec::new(),
        checkable: true,
        settled: false,
    }
}
