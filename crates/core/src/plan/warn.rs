//! What the user should know of a plan, though it stops nothing.

use std::collections::BTreeSet;

use super::{Plan, compute::PlanInput};
use crate::{diagnostic::Place, inventory::Inventory};

/// Adds the warnings of what was left out and of what could not be seen.
pub(super) fn warn(input: &PlanInput<'_>, plan: &mut Plan) {
    let left_out = &input.desired.left_out;
    if let Some((id, origin)) = left_out.first() {
        let place = Place::Span(origin.source.clone(), origin.span.clone());
        plan.warnings.push(format!(
            "{} of {} manifests do not carry the label of the selector and are left out, such as {} at {place}",
            left_out.len(),
            left_out.len() + input.desired.objects.len(),
            id.short(),
        ));
    }
    if input.options.prune {
        plan.warnings.extend(unseen_warnings(input));
    }
}

/// What is said of kinds that could not be read: of each that the environment has objects of, and of all others, which
/// are many for a user of one namespace, in one line.
fn unseen_warnings(input: &PlanInput<'_>) -> Vec<String> {
    let kinds = input.inventory.map(Inventory::kinds).unwrap_or_default();
    let (recorded, others): (Vec<_>, Vec<_>) =
        input.observation.unseen.iter().partition(|unseen| kinds.contains(&unseen.kind));
    let mut warnings: Vec<String> = recorded
        .iter()
        .map(|unseen| {
            let place =
                unseen.namespace.as_ref().map_or_else(String::new, |namespace| format!(" in namespace {namespace}"));
            format!("{}{place} could not be read, so that none is pruned: {}", unseen.kind, unseen.reason)
        })
        .collect();
    let names: BTreeSet<String> = others.iter().map(|unseen| unseen.kind.to_string()).collect();
    if !names.is_empty() {
        let some: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
        warnings.push(format!("kinds that may not be read are not pruned, such as {}", some.join(", ")));
    }
    warnings
}
