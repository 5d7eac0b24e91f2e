//! StatefulSets: pkg/controller/statefulset/stateful_set_control.go.
//!
//! Other than there, a pod of an older version that is not ready does not block its own replacement.

use super::{Pod, Stage, Step};

/// What a StatefulSet asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatefulSet {
    /// How many pods.
    pub replicas: i64,
    /// The first number (`ordinals.start`).
    pub start: i64,
    /// The hash of its template.
    pub version: String,
    /// Whether pods are started and removed one after the other (`podManagementPolicy: OrderedReady`).
    pub ordered: bool,
    /// How a version takes another's place.
    pub update: Update,
}

/// How a version takes another's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// From the highest number down to this one (`partition`).
    Rolling(i64),
    /// Only when somebody deletes a pod.
    OnDelete,
}

/// The next steps of a StatefulSet; none where it waits, or is as it should be.
pub fn stateful_set(wanted: &StatefulSet, pods: &[Pod]) -> Vec<Step> {
    let end = wanted.start + wanted.replicas;
    let of = |ordinal: i64| pods.iter().find(|pod| pod.ordinal == Some(ordinal));
    let stop = |pod: &Pod| Step::Stop(pod.name.clone());
    // What has ended, or was made in part, is in the way of its successor.
    let dead = |pod: &Pod| matches!(pod.stage, Stage::Partial | Stage::Failed | Stage::Succeeded);
    let mut steps: Vec<Step> = pods.iter().filter(|pod| dead(pod)).map(stop).collect();
    for ordinal in wanted.start..end {
        match of(ordinal) {
            None => steps.push(Step::Start { ordinal: Some(ordinal) }),
            Some(pod) if pod.stage == Stage::Available => continue,
            Some(pod) if pod.stage != Stage::Leaving && is_outdated(wanted, pod) && !dead(pod) => {
                steps.push(stop(pod));
            }
            Some(_) => {}
        }
        if wanted.ordered {
            return steps;
        }
    }
    let mut surplus: Vec<&Pod> =
        pods.iter().filter(|pod| pod.ordinal.is_none_or(|ordinal| !(wanted.start..end).contains(&ordinal))).collect();
    surplus.sort_by_key(|pod| std::cmp::Reverse(pod.ordinal));
    for pod in surplus {
        if pod.stage != Stage::Leaving && !dead(pod) {
            steps.push(stop(pod));
        }
        if wanted.ordered {
            return steps;
        }
    }
    if !steps.is_empty() {
        return steps;
    }
    // One at a time, and the next only when all of the others serve.
    let settled = (wanted.start..end).all(|ordinal| of(ordinal).is_some_and(|pod| pod.stage == Stage::Available));
    let next = (wanted.start..end).rev().filter_map(of).find(|pod| is_outdated(wanted, pod));
    steps.extend(next.filter(|_| settled).map(stop));
    steps
}

/// Whether a pod is to be replaced by one of the version that is asked for.
fn is_outdated(wanted: &StatefulSet, pod: &Pod) -> bool {
    match wanted.update {
        Update::OnDelete => false,
        Update::Rolling(partition) => pod.version != wanted.version && pod.ordinal >= Some(partition),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{pods, words},
        *,
    };

    fn ordered(replicas: i64) -> StatefulSet {
        StatefulSet { replicas, start: 0, version: "new".into(), ordered: true, update: Update::Rolling(0) }
    }

    fn check(wanted: &StatefulSet, table: &[(&str, &str)]) {
        for (there, expected) in table {
            assert_eq!(words(&stateful_set(wanted, &pods(there))), *expected, "{there}");
        }
    }

    #[test]
    fn pods_come_and_go_in_order() {
        check(
            &ordered(2),
            &[
                ("", "+0"),
                ("db-0:new:starting", ""),
                ("db-0:new:available", "+1"),
                ("db-0:new:available db-1:new:starting", ""),
                ("db-1:new:available", "+0"),
                ("db-0:new:partial", "-db-0"),
                ("db-0:new:available db-1:new:available db-2:new:available db-3:new:available", "-db-3"),
                ("db-0:new:available db-1:new:available db-2:new:available db-3:new:leaving", ""),
            ],
        );
        check(&ordered(0), &[("db-0:new:available db-1:new:available", "-db-1"), ("", "")]);
        check(
            &StatefulSet { start: 5, ..ordered(1) },
            &[("", "+5"), ("db-5:new:available db-0:new:available", "-db-0")],
        );
    }

    #[test]
    fn a_version_comes_from_the_highest_number_down() {
        check(
            &ordered(2),
            &[
                ("db-0:old:available db-1:old:available", "-db-1"),
                ("db-0:old:available db-1:old:leaving", ""),
                ("db-0:old:available", "+1"),
                ("db-0:old:available db-1:new:starting", ""),
                ("db-0:old:available db-1:new:available", "-db-0"),
                ("db-0:new:available db-1:new:available", ""),
                // It cannot get ready, and must not keep its successor from coming.
                ("db-0:old:starting", "-db-0"),
                ("db-0:old:available db-1:old:starting", "-db-1"),
            ],
        );
    }

    #[test]
    fn some_are_held_back() {
        let partition = StatefulSet { update: Update::Rolling(1), ..ordered(2) };
        check(
            &partition,
            &[
                ("db-0:old:available db-1:old:available", "-db-1"),
                ("db-0:old:available db-1:new:available", ""),
                ("db-0:old:starting db-1:new:available", ""),
            ],
        );
        let on_delete = StatefulSet { update: Update::OnDelete, ..ordered(2) };
        check(&on_delete, &[("db-0:old:available db-1:old:available", ""), ("db-0:old:available", "+1")]);
    }

    #[test]
    fn parallel_ones_do_not_wait_for_each_other() {
        let parallel = StatefulSet { ordered: false, ..ordered(3) };
        check(
            &parallel,
            &[
                ("", "+0 +1 +2"),
                ("db-0:new:starting", "+1 +2"),
                (
                    "db-0:new:available db-1:new:available db-2:new:available db-3:new:available db-4:new:starting",
                    "-db-4 -db-3",
                ),
                ("db-0:old:available db-1:old:available db-2:old:available", "-db-2"),
                ("db-0:old:available db-1:old:available db-2:new:starting", ""),
            ],
        );
    }
}
