//! Deployments: pkg/controller/deployment/rolling.go and recreate.go.

use super::{Bounds, Pod, Stage, Step, dead, first_to_go, running};

/// What a Deployment asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// How many pods.
    pub replicas: i64,
    /// The hash of its template.
    pub version: String,
    /// How a version takes another's place.
    pub strategy: Strategy,
    /// Whether the version must not be changed now; the number of pods still is.
    pub paused: bool,
}

/// How a version takes another's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// Step by step, within bounds.
    Rolling(Bounds),
    /// Old pods are gone before new ones start.
    Recreate,
}

/// The next steps of a Deployment; none where it waits, or is as it should be.
pub fn deployment(wanted: &Deployment, pods: &[Pod]) -> Vec<Step> {
    let mut steps: Vec<Step> = dead(pods).collect();
    let running = running(pods);
    let (new, old): (Vec<&Pod>, Vec<&Pod>) = running.iter().copied().partition(|pod| pod.version == wanted.version);
    let count = |pods: &[&Pod]| i64::try_from(pods.len()).unwrap_or(i64::MAX);
    let is_held = wanted.paused && !old.is_empty();
    let bounds = match wanted.strategy {
        _ if is_held => {
            steps.extend(stops(&running, count(&running) - wanted.replicas));
            return steps;
        }
        Strategy::Recreate => {
            steps.extend(stops(&old, count(&old)));
            // An old one that is still stopping may still hold what the new one needs.
            let is_free = pods.iter().all(|pod| pod.version == wanted.version);
            let missing = if is_free { wanted.replicas - count(&new) } else { 0 };
            steps.extend(starts(missing));
            steps.extend(stops(&new, count(&new) - wanted.replicas));
            return steps;
        }
        Strategy::Rolling(bounds) => bounds,
    };
    let total = count(&running);
    let available = |pods: &[&Pod]| count(pods) - count(&not_available(pods));
    steps.extend(starts((wanted.replicas - count(&new)).min(wanted.replicas + bounds.surge - total)));
    steps.extend(stops(&new, count(&new) - wanted.replicas));
    let least = wanted.replicas - bounds.unavailable;
    // Old pods that do not serve may go first: they are missed by nobody. New ones that do not serve yet may never do.
    let spare = total - least - (count(&new) - available(&new));
    let mut idle = not_available(&old);
    first_to_go(&mut idle);
    idle.truncate(usize::try_from(spare.max(0)).unwrap_or_default());
    let serving: Vec<&Pod> = old.iter().copied().filter(|pod| pod.stage == Stage::Available).collect();
    steps.extend(idle.iter().map(|pod| Step::Stop(pod.name.clone())));
    steps.extend(stops(&serving, (available(&running) - least).min(spare - count(&idle))));
    steps
}

fn not_available<'a>(pods: &[&'a Pod]) -> Vec<&'a Pod> {
    pods.iter().copied().filter(|pod| pod.stage != Stage::Available).collect()
}

fn starts(count: i64) -> impl Iterator<Item = Step> {
    (0..count.max(0)).map(|_| Step::Start { ordinal: None })
}

/// The removal of so many pods of a group.
fn stops(pods: &[&Pod], count: i64) -> Vec<Step> {
    let mut pods = pods.to_vec();
    first_to_go(&mut pods);
    pods.truncate(usize::try_from(count.max(0)).unwrap_or_default());
    pods.into_iter().map(|pod| Step::Stop(pod.name.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{pods, words},
        *,
    };

    fn rolling(replicas: i64, surge: i64, unavailable: i64) -> Deployment {
        let strategy = Strategy::Rolling(Bounds { surge, unavailable });
        Deployment { replicas, version: "new".into(), strategy, paused: false }
    }

    #[test]
    fn a_version_takes_the_place_of_another_within_bounds() {
        for (replicas, surge, unavailable, there, expected) in [
            (1, 1, 0, "", "+"),
            (3, 1, 0, "", "+ + +"),
            (1, 1, 0, "a-1:old:available", "+"),
            (1, 1, 0, "a-1:old:available b-2:new:starting", ""),
            (1, 1, 0, "a-1:old:available b-2:new:ready", ""),
            (1, 1, 0, "a-1:old:available b-2:new:available", "-a-1"),
            (1, 1, 0, "a-1:old:leaving b-2:new:available", ""),
            (1, 1, 0, "b-2:new:available", ""),
            // The old one does not serve: nothing is lost by its removal.
            (1, 1, 0, "a-1:old:starting", "+"),
            (2, 1, 1, "a-1:old:starting b-2:old:available", "+ -a-1"),
            (1, 1, 0, "a-1:old:starting b-2:new:available", "-a-1"),
            (1, 0, 1, "a-1:old:available", "-a-1"),
            (1, 0, 1, "a-1:old:leaving", "+"),
            (3, 1, 0, "a-1:old:available b-2:old:available c-3:old:available", "+"),
            (3, 1, 1, "a-1:old:available b-2:old:available c-3:old:available", "+ -c-3"),
            (3, 1, 0, "a-1:old:available b-2:old:available c-3:old:available d-4:new:available", "-c-3"),
            (3, 1, 0, "a-1:old:available b-2:old:available c-3:old:leaving d-4:new:available", "+"),
            // A new version that never gets ready: no more of the old one goes than may be missing.
            (3, 1, 1, "a-1:old:available b-2:old:available d-4:new:starting e-5:new:starting", ""),
            (0, 0, 1, "a-1:old:available b-2:new:starting", "-b-2 -a-1"),
            (1, 1, 0, "a-1:new:available b-2:new:starting", "-b-2"),
            // Left behind by a Landfall that was killed, or ended for good.
            (1, 1, 0, "a-1:old:available x-9:new:partial", "-x-9 +"),
            (1, 1, 0, "a-1:new:failed", "-a-1 +"),
            // Another new version comes while the first has not replaced the old one.
            (1, 1, 0, "a-1:old:available b-2:middle:starting", "-b-2"),
        ] {
            let steps = deployment(&rolling(replicas, surge, unavailable), &pods(there));
            assert_eq!(words(&steps), expected, "{replicas} +{surge} -{unavailable}: {there}");
        }
    }

    #[test]
    fn recreate_waits_until_the_old_ones_are_gone() {
        let wanted = Deployment { strategy: Strategy::Recreate, ..rolling(2, 0, 0) };
        for (there, expected) in [
            ("a-1:old:available b-2:old:starting", "-b-2 -a-1"),
            ("a-1:old:leaving", ""),
            ("", "+ +"),
            ("c-3:new:starting", "+"),
            ("c-3:new:starting d-4:new:available e-5:new:available", "-c-3"),
        ] {
            assert_eq!(words(&deployment(&wanted, &pods(there))), expected, "{there}");
        }
    }

    #[test]
    fn a_paused_one_keeps_its_version() {
        let wanted = Deployment { paused: true, ..rolling(1, 1, 0) };
        for (there, expected) in [
            ("a-1:old:available", ""),
            ("a-1:old:available b-2:old:available", "-b-2"),
            ("a-1:new:available b-2:new:available", "-b-2"),
        ] {
            assert_eq!(words(&deployment(&wanted, &pods(there))), expected, "{there}");
        }
    }
}
