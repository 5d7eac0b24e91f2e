//! A workload and its pods.

use std::collections::BTreeMap;

use super::{
    Drift,
    container::{Expected, compare},
};
use crate::{
    pod::{Restart, Role},
    reconcile::Ended,
    rollout::{Asks, PodState, Work, Workload},
};

/// What of a workload's pods does not match. `network` is the id of the environment's network; `age` is how many seconds
/// ago the workload was created.
pub fn of_workload(
    workload: &Workload,
    pods: &[PodState],
    network: Option<&str>,
    unsupported: &[String],
    ended: Option<Ended>,
    age: i64,
) -> Drift {
    let mut drift = Drift::default();
    // A Job that has ended asks for nothing any more, whatever became of its pods.
    if ended.is_some() {
        return drift;
    }
    let there: Vec<&PodState> = pods.iter().filter(|pod| pod.work != Work::Leaving).collect();
    count(workload, &there, age, &mut drift);
    for pod in there {
        of_pod(pod, network, unsupported, &mut drift);
    }
    drift
}

/// Whether there are as many pods as the workload asks for, and of its version.
fn count(workload: &Workload, pods: &[&PodState], age: i64, drift: &mut Drift) {
    let asks = workload.asks(false, age);
    if let Asks::Job(job) = &asks {
        if pods.is_empty() && !job.suspended {
            drift.say("it has no pod");
        }
        return;
    }
    let wanted = asks.replicas();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let (new, old): (Vec<&PodState>, Vec<&PodState>) = pods.iter().partition(|pod| pod.version == workload.version);
    let found = number(pods.len());
    let of_all = if wanted == 1 { "its pod".to_owned() } else { format!("{} of its {wanted} pods", wanted - found) };
    let is_held = is_held_back(&asks);
    if found < wanted {
        drift.say(match wanted - found {
            1 => format!("{of_all} is missing"),
            _ => format!("{of_all} are missing"),
        });
    } else if found > wanted && (old.is_empty() || number(new.len()) >= wanted) {
        drift.say(format!("it has {} too many", pods_words(found - wanted)));
    } else if !old.is_empty() && !is_held {
        drift.say(match old.len() {
            1 => "1 pod is of another version".to_owned(),
            count => format!("{count} pods are of another version"),
        });
    }
}

fn pods_words(count: i64) -> String {
    if count == 1 { "1 pod".to_owned() } else { format!("{count} pods") }
}

/// Whether pods of an older version are what the manifest asks for.
fn is_held_back(asks: &Asks) -> bool {
    use crate::reconcile::Update;
    match asks {
        Asks::Deployment(deployment) => deployment.paused,
        Asks::StatefulSet(set) => matches!(set.update, Update::OnDelete | Update::Rolling(1..)),
        Asks::DaemonSet(_, bounds) => bounds.is_none(),
        Asks::Job(_) | Asks::Pod(_) => false,
    }
}

/// The containers of a pod.
fn of_pod(pod: &PodState, network: Option<&str>, unsupported: &[String], drift: &mut Drift) {
    let spec = &pod.spec;
    let sandbox = spec.sandbox.iter().map(|sandbox| ("", sandbox.engine_name.as_str(), Role::Sandbox, sandbox.restart));
    let containers = spec.init.iter().chain(&spec.containers);
    let containers = containers
        .map(|container| (container.name.as_str(), container.engine_name.as_str(), container.role, container.restart));
    let all: BTreeMap<&str, (&str, Role, Restart)> = sandbox
        .chain(containers)
        .map(|(name, engine_name, role, restart)| (name, (engine_name, role, restart)))
        .collect();
    let has_ended = matches!(pod.document()["status"]["phase"].as_str(), Some("Succeeded" | "Failed"));
    for (name, (engine_name, role, restart)) in all {
        match pod.containers.get(name) {
            Some(container) => {
                let expected = Expected { pod: &pod.uid, name: engine_name, role, restart, network, unsupported };
                // A pod that has done its work keeps nothing running.
                if !has_ended {
                    compare(&expected, container, drift);
                }
            }
            None if role == Role::Init && !pod.containers.is_empty() && runs(pod) => {}
            None => drift.say(format!("the container {engine_name} is missing")),
        }
    }
}

/// Whether the containers after the init containers have been made: then those have done their work.
fn runs(pod: &PodState) -> bool {
    pod.spec.containers.iter().all(|container| pod.containers.contains_key(&container.name))
}
