//! HorizontalPodAutoscalers: live when they can scale their target. Metrics come a minute after the pods that they are
//! of, or never without a metrics server; until then the number of pods stays as it is, which keeps no version from
//! running. Source: pkg/controller/podautoscaler/horizontal.go.

use serde_json::Value;

use super::{
    Health,
    fields::{condition, count, number},
};

pub(super) fn of(autoscaler: &Value) -> Health {
    let Some(able) = condition(autoscaler, "AbleToScale") else { return Health::unobserved() };
    if number(autoscaler, "/status/observedGeneration") < number(autoscaler, "/metadata/generation") {
        return Health::unobserved();
    }
    if able.is_false() {
        return Health::progressing(format!("cannot scale its target: {}", able.words()));
    }
    let current = count(autoscaler, "/status/currentReplicas");
    match condition(autoscaler, "ScalingActive") {
        Some(active) if active.is_false() && active.reason == "ScalingDisabled" => {
            Health::live("does nothing while its target is scaled to 0")
        }
        Some(active) if active.is_false() => {
            Health::live(format!("keeps {current} replicas, since it has no metrics: {}", active.words()))
        }
        _ => Health::live(format!("keeps {current} replicas")),
    }
}
