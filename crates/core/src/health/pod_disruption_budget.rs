//! PodDisruptionBudgets: live when their controller has looked at them, as kstatus has it. That no disruption is
//! allowed now is no fault, and its pods tell why they are not healthy. Source:
//! pkg/controller/disruption/disruption.go.

use serde_json::Value;

use super::{
    Health,
    fields::{condition, count, is_observed},
};

pub(super) fn of(budget: &Value) -> Health {
    if !is_observed(budget) {
        return Health::unobserved();
    }
    // It protects nothing then, but no pod runs the less for it.
    if let Some(failed) = condition(budget, "DisruptionAllowed").filter(|allowed| allowed.reason == "SyncFailed") {
        return Health::live(format!("it exists, but has no effect: {}", failed.words()));
    }
    let [allowed, healthy, desired] = ["disruptionsAllowed", "currentHealthy", "desiredHealthy"]
        .map(|field| count(budget, &format!("/status/{field}")));
    Health::live(format!("disruptions allowed: {allowed}; healthy pods: {healthy}, needed: {desired}"))
}
