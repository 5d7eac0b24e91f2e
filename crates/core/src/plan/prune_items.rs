//! What becomes of the live objects that the revision does not have.

use std::collections::HashSet;

use super::{
    Action, Plan,
    compute::{PlanInput, item},
};
use crate::{
    diagnostic::Place,
    inventory::Inventory,
    manifest::Origin,
    object::ObjectId,
    prune::{self, Fate, PruneContext},
};

/// Adds the items of all of them.
pub(super) fn prune_items(input: &PlanInput<'_>, plan: &mut Plan) {
    let desired: HashSet<&ObjectId> = input.desired.objects.iter().map(|desired| &desired.id).collect();
    let mut namespaces = input.desired.namespaces();
    namespaces.insert(input.default_namespace.to_owned());
    namespaces.extend(input.inventory.into_iter().flat_map(Inventory::namespaces));
    let place = |origin: &Origin| Place::Span(origin.source.clone(), origin.span.clone()).to_string();
    let left_out = input.desired.left_out.iter().map(|(id, origin)| (id.clone(), place(origin))).collect();
    let context = PruneContext {
        desired: &desired,
        observation: input.observation,
        inventory: input.inventory,
        claims: &input.surroundings.claims,
        namespaces: &namespaces,
        approved: &input.options.allow_prune,
        contents: &input.surroundings.contents,
        left_out: &left_out,
        own_namespace: input.default_namespace,
        only_own_namespace: input.enforce_namespace,
    };
    let mut others: Vec<_> = input.observation.live.iter().filter(|(id, _)| !desired.contains(id)).collect();
    others.sort_by_key(|(id, _)| *id);
    for (id, live) in others {
        let Ok(document) = live.parse() else {
            plan.warnings.push(format!("{id} is left: the target's answer for it is no JSON"));
            continue;
        };
        match prune::fate(live, &document, &context) {
            Fate::Prune => plan.items.push(item(id, None, Some(live), Action::Prune)),
            Fate::Keep(keep) => plan.items.push(item(id, None, Some(live), Action::Keep(keep))),
            Fate::Leaving(reason) => plan.warnings.push(format!("{id} is left: {reason}")),
            Fate::Owned => {}
            Fate::NotOurs(reason) => plan.warnings.push(format!("{id} carries the label, but is left: {reason}")),
        }
    }
}
