//! Custom kinds, and all others without rules of their own: by the conditions that such kinds usually have.
//!
//! Source: kstatus (`Reconciling`, `Stalled`, `Ready`), whose README says what it cannot tell: an object that is seen
//! before its controller has set a condition looks as if it were live. Two things help here: an object of a custom
//! group without any status is given a few seconds, and the annotation `landfall.dev/ready-condition: NAME`, or for all
//! objects of a kind [`ReadyConditions`](super::ReadyConditions), names the condition to wait for.

use serde_json::Value;

use super::{
    Health, Surroundings,
    fields::{Condition, at, condition, keyed, list, number, text},
};

/// The annotation that names the condition which says that an object is live.
const READY_CONDITION: &str = "landfall.dev/ready-condition";
/// What says that an object is live, the first that there is: Kubernetes' own convention, operators', Gateway API's.
const USUAL: [&str; 5] = ["Ready", "Available", "Healthy", "Programmed", "Accepted"];
/// How long a controller has to give a new object a status. Kinds that never have one cost that time once.
const FIRST_STATUS: i64 = 5;

pub(super) fn of(object: &Value, around: &Surroundings<'_>) -> Health {
    let named = match keyed(object, "/metadata/annotations", READY_CONDITION) {
        "" => around.ready_condition(group(object), text(object, "/kind")).unwrap_or_default(),
        named => named,
    };
    if number(object, "/status/observedGeneration")
        .is_some_and(|seen| Some(seen) < number(object, "/metadata/generation"))
    {
        return Health::unobserved();
    }
    if let Some(stalled) = condition(object, "Stalled").filter(Condition::is_true) {
        return Health::hopeless(stalled.words());
    }
    if let Some(reconciling) = condition(object, "Reconciling").filter(Condition::is_true) {
        return Health::progressing(reconciling.words());
    }
    let names = if named.is_empty() { USUAL.as_slice() } else { &[named] };
    if let Some((name, found)) = names.iter().find_map(|name| Some((name, condition(object, name)?))) {
        return match found.is_true() {
            true => Health::live(format!("{name}{}", words(&found))),
            // Whether it makes progress or is doomed, nobody can tell.
            false => Health::progressing(format!("not {name}{}", words(&found))),
        };
    }
    let is_past = |found: &Value| names.contains(&text(found, "/type"));
    if list(object, "/status/conditions").any(is_past) {
        return Health::unobserved();
    }
    if !named.is_empty() {
        return Health::progressing(format!("its controller has not set the condition {named} yet"));
    }
    let is_new = around.age(text(object, "/metadata/creationTimestamp")).is_some_and(|age| age < FIRST_STATUS);
    if is_custom(object) && at(object, "/status").is_none() && is_new {
        return Health::progressing("its controller has not answered yet");
    }
    Health::live("it exists")
}

fn words(condition: &Condition<'_>) -> String {
    if condition.words().is_empty() { String::new() } else { format!(": {}", condition.words()) }
}

/// Kubernetes' own groups have no dot, or end in `.k8s.io`.
fn is_custom(object: &Value) -> bool {
    let group = group(object);
    group.contains('.') && !group.ends_with(".k8s.io")
}

fn group(object: &Value) -> &str {
    text(object, "/apiVersion").rsplit_once('/').map_or("", |(group, _)| group)
}
