//! DaemonSets: on one host, one pod (pkg/controller/daemon/update.go).

use super::{Bounds, Pod, Stage, Step, dead, running};

/// The next steps of a DaemonSet; none where it waits, or is as it should be. Without `bounds` a pod is replaced only
/// when somebody deletes it (`OnDelete`).
pub fn daemon_set(version: &str, bounds: Option<Bounds>, pods: &[Pod]) -> Vec<Step> {
    let mut steps: Vec<Step> = dead(pods).collect();
    let running = running(pods);
    let stop = |pod: &&Pod| Step::Stop(pod.name.clone());
    let start = Step::Start { ordinal: None };
    let Some(bounds) = bounds else {
        if running.is_empty() && pods.iter().all(|pod| pod.stage != Stage::Leaving) {
            steps.push(start);
        }
        return steps;
    };
    let (new, old): (Vec<&Pod>, Vec<&Pod>) = running.into_iter().partition(|pod| pod.version == version);
    let serves = |pod: &&Pod| pod.stage == Stage::Available;
    let may_start = if bounds.surge > 0 {
        true
    } else {
        pods.iter().all(|pod| pod.version == version && pod.stage != Stage::Leaving)
    };
    if new.is_empty() && may_start {
        steps.push(start);
    }
    if bounds.surge == 0 || new.iter().any(serves) {
        steps.extend(old.iter().map(stop));
    }
    // Two of one version: the work of two that did not know of each other.
    let kept = new.iter().position(serves).unwrap_or_default();
    steps.extend(new.iter().enumerate().filter(|(index, _)| *index != kept).map(|(_, pod)| stop(pod)));
    steps
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{pods, words},
        *,
    };

    #[test]
    fn one_pod_for_one_host() {
        let (one_less, one_more) = (Bounds { surge: 0, unavailable: 1 }, Bounds { surge: 1, unavailable: 0 });
        for (bounds, there, expected) in [
            (Some(one_less), "", "+"),
            (Some(one_less), "a-1:old:available", "-a-1"),
            (Some(one_less), "a-1:old:leaving", ""),
            (Some(one_less), "a-1:new:starting", ""),
            (Some(one_less), "a-1:new:starting b-2:new:available", "-a-1"),
            (Some(one_more), "a-1:old:available", "+"),
            (Some(one_more), "a-1:old:available b-2:new:starting", ""),
            (Some(one_more), "a-1:old:available b-2:new:available", "-a-1"),
            (None, "a-1:old:available", ""),
            (None, "", "+"),
            (None, "a-1:old:leaving", ""),
        ] {
            assert_eq!(words(&daemon_set("new", bounds, &pods(there))), expected, "{bounds:?}: {there}");
        }
    }
}
