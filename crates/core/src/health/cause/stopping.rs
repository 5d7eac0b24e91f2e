//! Pods that were told to stop and are still there.

use serde_json::Value;

use super::Cause;
use crate::health::{
    Surroundings,
    fields::{list, number, text},
    time,
};

/// How far a deleted pod is. Its `deletionTimestamp` is the moment at which it will be killed, its grace period after
/// it was told to stop (pkg/registry/core/pod/strategy.go); one that is there for long after that has a node that does
/// not answer, or a finalizer.
pub(crate) fn stopping(pod: &Value, around: &Surroundings<'_>) -> Cause {
    /// The kubelet needs some seconds to kill containers and unmount volumes.
    const LATE: i64 = 20;
    let cause = |why: String| Cause::new("is still stopping", "are still stopping", why);
    let Some(late) = around.age(text(pod, "/metadata/deletionTimestamp")) else { return cause(String::new()) };
    let grace = number(pod, "/metadata/deletionGracePeriodSeconds").unwrap_or(30);
    if late < LATE {
        let told = time::words(late + grace);
        let why = format!("it was told to stop {told} ago, and may take {}", time::words(grace));
        return Cause { ordinary: true, ..cause(why) };
    }
    let finalizers = list(pod, "/metadata/finalizers").filter_map(Value::as_str).collect::<Vec<_>>();
    let node = text(pod, "/spec/nodeName");
    let reason = match finalizers.as_slice() {
        [] if !node.is_empty() => format!("; does its node {node} answer?"),
        [] => String::new(),
        finalizers => format!("; it waits for {}", finalizers.join(", ")),
    };
    cause(format!("it should have been gone {} ago{reason}", time::words(late)))
}
