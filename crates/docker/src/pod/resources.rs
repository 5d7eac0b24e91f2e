//! Requests and limits, as the kubelet gives them to the kernel.

use landfall_core::compare::quantity::{self, Quantity};

use super::node::{Faults, Node};

/// The least memory that the engine accepts as a limit.
const LEAST_MEMORY: u64 = 6 * 1024 * 1024;

/// What a container gets of the machine.
///
/// Source: `pkg/kubelet/cm/helpers_linux.go` (`MilliCPUToQuota`, `MilliCPUToShares`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resources {
    /// Microseconds of processor time in each 100,000 (`limits.cpu`).
    pub cpu_quota: Option<u64>,
    /// The weight among others when processors are short (`requests.cpu`): 1024 for one processor. The engine's own, 1024,
    /// without a request: other containers of the machine have it, too, and a pod that asks for nothing would starve
    /// beside them with the kubelet's 2.
    pub cpu_shares: Option<u64>,
    /// The limit in bytes (`limits.memory`); no swap beyond it.
    pub memory: Option<u64>,
    /// What remains when memory is short (`requests.memory`).
    pub memory_reservation: Option<u64>,
}

/// Amounts of the resources that are used in the calculation.
#[derive(Debug, Clone, Copy, Default)]
struct Amounts {
    cpu: Option<u64>,
    memory: Option<u64>,
}

/// Reads `resources` of a container.
pub(super) fn read(resources: &Node<'_>, faults: &mut Faults) -> Resources {
    let limits = amounts(&resources.get("limits"), faults);
    let requests = amounts(&resources.get("requests"), faults);
    for claim in resources.get("claims").items() {
        faults.add(&claim, "devices cannot be claimed on one host");
    }
    for (name, limit, request) in [("cpu", limits.cpu, requests.cpu), ("memory", limits.memory, requests.memory)] {
        if limit.zip(request).is_some_and(|(limit, request)| request > limit) {
            faults.add(&resources.get("requests").get(name), "must be less than or equal to the limit");
        }
    }
    let memory = limits.memory.filter(|memory| *memory > 0);
    if memory.is_some_and(|memory| memory < LEAST_MEMORY) {
        faults.add(&resources.get("limits").get("memory"), "must be at least 6Mi, which is the engine's least limit");
    }
    Resources {
        cpu_quota: limits.cpu.filter(|cpu| *cpu > 0).map(|milli| milli.saturating_mul(100).max(1000)),
        // The API server makes a limit the request where there is none.
        cpu_shares: requests.cpu.or(limits.cpu).map(|milli| (milli.saturating_mul(1024) / 1000).clamp(2, 262_144)),
        memory,
        memory_reservation: requests.memory.filter(|memory| *memory >= LEAST_MEMORY),
    }
}

fn amounts(map: &Node<'_>, faults: &mut Faults) -> Amounts {
    let mut amounts = Amounts::default();
    for (name, node) in map.entries() {
        let Some(amount) = quantity::parse(node.value) else {
            faults.add(&node, "is no amount; write such as `500m`, `2` or `64Mi`");
            continue;
        };
        let mut units = |exponent| {
            let units = Quantity::in_units(amount, exponent);
            if units.is_none() {
                faults.add(&node, "must be an amount from 0 to 16Ei");
            }
            units
        };
        match name {
            "cpu" => amounts.cpu = units(-3),
            "memory" => amounts.memory = units(0),
            // No pod is evicted for it where there is no other node to go to.
            "ephemeral-storage" => {
                units(0);
            }
            _ if amount.is_zero() => {}
            _ => faults.add(&node, "cannot be had on one host: only cpu, memory and ephemeral-storage can"),
        }
    }
    amounts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_become_what_the_kernel_takes() {
        let mebi = 1024 * 1024;
        for (resources, quota, shares, memory, reservation) in [
            (json!({}), None, None, None, None),
            (json!({"limits": {"cpu": "2"}}), Some(200_000), Some(2048), None, None),
            (json!({"limits": {"cpu": "1m"}}), Some(1000), Some(2), None, None),
            (json!({"limits": {"cpu": 2}, "requests": {"cpu": "100m"}}), Some(200_000), Some(102), None, None),
            (json!({"requests": {"cpu": "1000"}}), None, Some(262_144), None, None),
            (json!({"limits": {"memory": "64Mi"}}), None, None, Some(64 * mebi), None),
            (
                json!({"limits": {"memory": "64Mi"}, "requests": {"memory": "32Mi"}}),
                None,
                None,
                Some(64 * mebi),
                Some(32 * mebi),
            ),
            (json!({"requests": {"memory": "1Ki", "ephemeral-storage": "1Gi"}}), None, None, None, None),
        ] {
            let mut faults = Faults::default();
            let read = read(&Node::new(&resources, "resources"), &mut faults);
            let expected = Resources { cpu_quota: quota, cpu_shares: shares, memory, memory_reservation: reservation };
            assert_eq!(read, expected, "{resources}");
            assert_eq!(faults.0, [], "{resources}");
        }
    }

    #[test]
    fn what_cannot_be_given_is_refused() {
        for (resources, expected) in [
            (
                json!({"limits": {"nvidia.com/gpu": 1}}),
                "resources.limits[nvidia.com/gpu]: cannot be had on one host: only cpu, memory and ephemeral-storage can",
            ),
            (
                json!({"limits": {"memory": "1Mi"}}),
                "resources.limits.memory: must be at least 6Mi, which is the engine's least limit",
            ),
            (
                json!({"limits": {"cpu": "1"}, "requests": {"cpu": "1001m"}}),
                "resources.requests.cpu: must be less than or equal to the limit",
            ),
            (json!({"limits": {"cpu": "-1"}}), "resources.limits[cpu]: must be an amount from 0 to 16Ei"),
            (
                json!({"requests": {"cpu": "many"}}),
                "resources.requests[cpu]: is no amount; write such as `500m`, `2` or `64Mi`",
            ),
            (json!({"claims": [{"name": "gpu"}]}), "resources.claims[0]: devices cannot be claimed on one host"),
        ] {
            let mut faults = Faults::default();
            read(&Node::new(&resources, "resources"), &mut faults);
            assert_eq!(faults.lines(), [expected], "{resources}");
        }
    }
}
