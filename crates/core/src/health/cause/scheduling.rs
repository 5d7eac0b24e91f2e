//! Pods that no node takes: the condition `PodScheduled`, in the words of pkg/scheduler/framework/types.go (FitError)
//! and its plug-ins.

use serde_json::Value;

use super::{Cause, MISSING_GRACE};
use crate::health::{
    Surroundings,
    fields::{condition, list, namespace, text},
    persistent_volume_claim,
};

/// Why a pod has no node. That may always pass, by other pods ending or nodes coming, unless it is about its claims.
pub(super) fn unscheduled(pod: &Value, around: &Surroundings<'_>) -> Option<Cause> {
    let scheduled = condition(pod, "PodScheduled").filter(|scheduled| scheduled.is_false())?;
    let age = around.age(text(pod, "/metadata/creationTimestamp"));
    let cannot = |why: String| Cause::new("cannot be scheduled", "cannot be scheduled", why);
    if scheduled.reason == "SchedulingGated" {
        let gates = list(pod, "/spec/schedulingGates").map(|gate| text(gate, "/name")).collect::<Vec<_>>();
        return Some(cannot(format!("it waits for its scheduling gates: {}", gates.join(", "))));
    }
    let message = scheduled.message;
    let claim = message.split_once("persistentvolumeclaim \"").and_then(|(_, rest)| rest.split_once('"'));
    if let Some((claim, _)) = claim.filter(|(_, rest)| rest.starts_with(" not found")) {
        return Some(cannot(format!("the claim {claim} does not exist")).hopeless_after(MISSING_GRACE, age));
    }
    if message.contains("unbound immediate PersistentVolumeClaims") {
        for claim in claims_of(pod).filter_map(|claim| around.claim(namespace(pod), &claim)) {
            if let Some((why, hopeless)) = persistent_volume_claim::unusable(claim, around) {
                return Some(cannot(why).hopeless(hopeless));
            }
        }
        return Some(cannot("a claim of it is not bound".to_owned()));
    }
    let mut why = nodes(message);
    let scaler = ["NotTriggerScaleUp", "TriggeredScaleUp"];
    if let Some(event) = around.events(pod).find(|event| scaler.contains(&event.reason)) {
        why.push_str(if event.reason == "TriggeredScaleUp" {
            "; the autoscaler adds a node"
        } else {
            "; the autoscaler has no kind of node for it"
        });
    }
    Some(cannot(why))
}

/// The names of the claims that a pod mounts, those of its ephemeral volumes among them.
fn claims_of(pod: &Value) -> impl Iterator<Item = String> + use<'_> {
    list(pod, "/spec/volumes").filter_map(|volume| match text(volume, "/persistentVolumeClaim/claimName") {
        "" if volume.get("ephemeral").is_some() => {
            Some(format!("{}-{}", text(pod, "/metadata/name"), text(volume, "/name")))
        }
        "" => None,
        claim => Some(claim.to_owned()),
    })
}

/// `0/3 nodes are available: 3 Insufficient memory. preemption: ...` as `0 of 3 nodes: 3 lack memory`.
fn nodes(message: &str) -> String {
    let message = message.split(" preemption: ").next().unwrap_or(message).trim().trim_end_matches('.');
    let Some((counts, reasons)) = message.split_once(" nodes are available: ") else { return message.to_owned() };
    let Some((fit, all)) = counts.split_once('/') else { return message.to_owned() };
    // Taints hold commas in braces only since 1.22; none of the texts that are kept holds one elsewhere.
    let reasons = reasons.split(", ").map(reason).collect::<Vec<_>>();
    format!("{fit} of {all} nodes: {}", reasons.join(", "))
}

fn reason(text: &str) -> String {
    let Some((count, what)) = text.split_once(' ').filter(|(count, _)| count.parse::<u32>().is_ok()) else {
        return text.to_owned();
    };
    let plural = count != "1";
    let verb = |one: &str, many: &str, rest: &str| format!("{count} {}{rest}", if plural { many } else { one });
    if let Some(resource) = what.strip_prefix("Insufficient ") {
        return verb("lacks ", "lack ", resource);
    }
    if let Some(taint) = what.split_once("untolerated taint").map(|(_, taint)| taint) {
        let taint = taint.trim_start_matches("(s)").trim().trim_matches(['{', '}']).trim_end_matches(": ");
        let taint = if taint.is_empty() { "that it does not tolerate" } else { taint };
        return verb("has the taint ", "have the taint ", taint);
    }
    let known = [
        (
            "node affinity/selector",
            "does not match its node selector or affinity",
            "do not match its node selector or affinity",
        ),
        ("had taints", "has a taint that it does not tolerate", "have taints that it does not tolerate"),
        ("Too many pods", "is full (number of pods)", "are full (number of pods)"),
        ("were unschedulable", "is cordoned", "are cordoned"),
        ("anti-affinity", "runs a pod that it may not be beside", "run pods that it may not be beside"),
        ("pod affinity rules", "runs no pod that it must be beside", "run no pod that it must be beside"),
        ("topology spread", "would break its topology spread", "would break its topology spread"),
        ("free ports", "has its host port taken", "have its host port taken"),
        ("volume node affinity conflict", "cannot reach its volume", "cannot reach its volume"),
        ("no available volume zone", "is in another zone than its volume", "are in other zones than its volume"),
        ("max volume count", "has no room for another volume", "have no room for another volume"),
        ("available persistent volumes to bind", "has no volume for its claim", "have no volume for its claim"),
    ];
    match known.iter().find(|(mark, _, _)| what.contains(mark)) {
        Some((_, one, many)) => verb(one, many, ""),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nodes_lack_is_said_shortly() {
        let table = [
            (
                "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. preemption: 0/1 nodes are available: 1 \
                 Preemption is not helpful for scheduling.",
                "0 of 1 nodes: 1 lacks cpu, 1 lacks memory",
            ),
            (
                "0/5 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) \
                 didn't match Pod's node affinity/selector, 2 node(s) were unschedulable.",
                "0 of 5 nodes: 1 has the taint node-role.kubernetes.io/control-plane, 2 do not match its node selector or \
                 affinity, 2 are cordoned",
            ),
            (
                "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.",
                "0 of 3 nodes: 3 run pods that it may not be beside",
            ),
            (
                "0/3 nodes are available: 3 node(s) had volume node affinity conflict.",
                "0 of 3 nodes: 3 cannot reach its volume",
            ),
            ("0/2 nodes are available: 2 node(s) had something new.", "0 of 2 nodes: 2 node(s) had something new"),
            ("no nodes available to schedule pods", "no nodes available to schedule pods"),
        ];
        for (message, words) in table {
            assert_eq!(nodes(message), words);
        }
    }
}
