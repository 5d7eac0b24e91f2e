//! `resourceFieldRef`: what a container is told of its requests and limits.

use landfall_core::compare::quantity::{self, Quantity};
use serde_json::json;

use super::{
    node::{Faults, Node},
    translate::Context,
};

/// The amount in units of the divisor, rounded up. Without a limit it is what the machine has, without a request it is
/// the limit, or 0.
///
/// Source: `ExtractContainerResourceValue` and `MergeContainerResourceLimits` in `pkg/api/v1/resource`.
///
/// `own` is the container that a variable belongs to; a file names its container.
pub(super) fn value(
    reference: &Node<'_>,
    own: Option<&Node<'_>>,
    context: &Context<'_>,
    faults: &mut Faults,
) -> Option<String> {
    let named = reference.get("containerName");
    let container = match named.text() {
        Some(name) => context.containers().find(|container| container.get("name").text() == Some(name)),
        None => own.cloned(),
    };
    let Some(container) = container else {
        faults.add(&named, "must name a container of the pod");
        return None;
    };
    let engine = context.input.engine;
    let field = reference.get("resource");
    let path = field.text().unwrap_or_default();
    let (kind, resource) = path.split_once('.').unwrap_or_default();
    if !matches!((kind, resource), ("limits" | "requests", "cpu" | "memory" | "ephemeral-storage")) {
        let message = format!(
            "`{path}` cannot be told on one host: only `limits` and `requests` of `cpu`, `memory` and `ephemeral-storage` can"
        );
        faults.add(&field, message);
        return None;
    }
    let resources = container.get("resources");
    let limit = resources.get("limits").given(resource);
    let written = match kind {
        "limits" => limit,
        _ => resources.get("requests").given(resource).or(limit),
    };
    let whole_machine = match (kind, resource) {
        ("requests", _) => json!(0),
        (_, "cpu") => json!(engine.cpus),
        (_, "ephemeral-storage") if is_nothing(written.as_ref()) => {
            faults.add(&field, "has no limit to be told, and the size of the engine's disk is not known");
            return None;
        }
        _ => json!(engine.memory),
    };
    let amount = written.as_ref().and_then(amount_of);
    let amount = amount.or_else(|| quantity::parse(&whole_machine))?;
    let exponent = if resource == "cpu" { -3 } else { 0 };
    let divisor = reference.get("divisor");
    let one = json!(1);
    // The API server takes a divisor of zero for one.
    let written = if divisor.value.is_null() { &one } else { divisor.value };
    let unit =
        quantity::parse(written).and_then(|unit| if unit.is_zero() { quantity::parse(&one) } else { Some(unit) });
    let units = amount.in_units(exponent).zip(unit.and_then(|unit| unit.in_units(exponent)));
    match units {
        Some((amount, unit)) if unit > 0 => Some(amount.div_ceil(unit).to_string()),
        _ => {
            faults.add(&divisor, "must be a positive amount");
            None
        }
    }
}

/// What is written; a limit of zero is none.
fn amount_of(written: &Node<'_>) -> Option<Quantity> {
    quantity::parse(written.value).filter(|amount| !amount.is_zero())
}

fn is_nothing(written: Option<&Node<'_>>) -> bool {
    written.and_then(amount_of).is_none()
}
