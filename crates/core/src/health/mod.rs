//! Whether an object is live, and why not: what `kubectl describe` and `kubectl logs --previous` would tell an expert,
//! as one sentence.
//!
//! Pure functions of an object as the API server has it, and of the objects around it; no clock: the present time is
//! part of the [`Surroundings`]. The rules are those of kstatus
//! (<https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md>) and of `kubectl rollout status`,
//! except where they say that something is live which does not run; each file names its sources.
//!
//! # What is hopeless
//!
//! A state is hopeless when no controller will change it: somebody must change the manifest or what is outside of it.
//! Waiting then ends early. Calling something hopeless that would have come to life does more harm than waiting a
//! little longer, so whatever another controller, a registry or an autoscaler may still put right is given time first,
//! or for ever. The sentence is the same before and after: nobody waits to learn the reason.
//!
//! | at once | after a time | never |
//! |---|---|---|
//! | image name that cannot be parsed, image that is never pulled, image for another platform | image that does not exist or is refused: 1 min (it may be pushed after the commit) | registry that does not answer, rate limit |
//! | program that does not exist in the image, `runAsNonRoot` with an image of root's | missing ConfigMap, Secret, key, service account, storage class, claim: 2 min (operators make them) | no node with enough room (autoscaler), volumes that are still attached elsewhere |
//! | pods that pod security, a limit range or validation refuse | pods that a webhook refuses: 2 min; a quota: 5 min (old pods free room) | webhook that does not answer |
//! | Job `Failed`, `ProgressDeadlineExceeded`, `Stalled`, claim `Lost`, definition whose names are taken | crash loop: when the kubelet waits 80 s before the next start, after 4 or 5 in a row (20 s when out of memory) | failing probes |

mod api_service;
mod cause;
mod cron_job;
mod custom;
mod custom_resource_definition;
mod daemon_set;
mod deployment;
mod fields;
mod horizontal_pod_autoscaler;
mod images;
mod ingress;
mod job;
mod judged;
mod persistent_volume_claim;
mod pod;
mod pod_disruption_budget;
mod progress;
mod ready_conditions;
mod replica_set;
mod rollout;
mod service;
mod since;
mod stateful_set;
mod surroundings;
#[cfg(test)]
mod tests;
mod time;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use images::{RunningImage, images};
pub use judged::{has_pods, is_judged};
pub use progress::{Progress, new_pods, progress};
pub use ready_conditions::ReadyConditions;
pub use since::live_since;
pub use surroundings::Surroundings;

use crate::object::Gvk;
use fields::{is_deleted, list, text};

/// How far an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HealthState {
    /// It is as desired: the new version runs and is available, the old one is out.
    Live,
    /// It went as far as its manifest lets it (paused, suspended, held back by a partition or by `OnDelete`): waiting
    /// changes nothing, and nothing has failed.
    Suspended,
    /// It is not live yet.
    Progressing,
    /// It will not become live without somebody's help; see [the module](self).
    Hopeless,
    /// It is being deleted.
    Terminating,
}

impl HealthState {
    /// Whether there is something to wait for.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Progressing | Self::Terminating)
    }
}

/// How far an object is, and what a user understands at three in the morning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// How far it is.
    pub state: HealthState,
    /// A sentence without the object's own name and without a full stop: `2 of 3 new pods are ready; pod web-7d9f
    /// cannot start: the image shop/web:v9 does not exist; the registry answers: not found`.
    pub sentence: String,
    /// Whose logs say more, one for each cause. Fetched and given to [`Surroundings::with_log`], their last line
    /// becomes part of the sentence.
    pub logs: Vec<LogQuery>,
}

/// A container whose last lines explain something: `GET
/// .../pods/POD/log?container=CONTAINER&previous=PREVIOUS&tailLines=20`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LogQuery {
    /// The pod's namespace.
    pub namespace: String,
    /// The pod's name.
    pub pod: String,
    /// The pod's UID.
    pub pod_uid: String,
    /// The container, which may be an init container.
    pub container: String,
    /// Which of its runs.
    pub run: Run,
}

/// A run of a container, with the number of restarts that the API server told of: what an earlier run wrote, or the same
/// one before it ended, is another log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Run {
    /// The present one, which goes on.
    Present(i64),
    /// The present one, which has ended. After the first the kubelet starts the container again without any wait: if
    /// there is a previous run when the log is asked for, that is the one.
    Ended(i64),
    /// The one before it, as in `kubectl logs --previous`.
    Previous(i64),
}

/// How far an object is, as the API server has it. Kinds without a rule of their own are live unless one of the
/// conditions that custom kinds usually have says otherwise.
pub fn of(object: &Value, surroundings: &Surroundings<'_>) -> Health {
    // kstatus, checkGenericProperties; the pods of a workload have more to tell when they are deleted.
    let gvk = Gvk::new(text(object, "/apiVersion"), text(object, "/kind"));
    if is_deleted(object) && gvk.kind != "Pod" {
        return terminating(object);
    }
    match (gvk.group.as_str(), gvk.kind.as_str()) {
        ("apps", "Deployment") => deployment::of(object, surroundings),
        ("apps", "StatefulSet") => stateful_set::of(object, surroundings),
        ("apps", "DaemonSet") => daemon_set::of(object, surroundings),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => replica_set::of(object, surroundings),
        ("", "Pod") => pod::of(object, surroundings),
        ("batch", "Job") => job::of(object, surroundings),
        ("batch", "CronJob") => cron_job::of(object),
        ("", "PersistentVolumeClaim") => persistent_volume_claim::of(object, surroundings),
        ("", "Service") => service::of(object, surroundings),
        ("networking.k8s.io", "Ingress") => ingress::of(object),
        ("policy", "PodDisruptionBudget") => pod_disruption_budget::of(object),
        ("autoscaling", "HorizontalPodAutoscaler") => horizontal_pod_autoscaler::of(object),
        ("apiregistration.k8s.io", "APIService") => api_service::of(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => custom_resource_definition::of(object),
        _ => custom::of(object, surroundings),
    }
}

/// How far an object is that was applied and is not there any more; `last_seen` is its last known state. A Job with
/// `ttlSecondsAfterFinished` is deleted by its own controller, and was live if it did not fail.
pub fn of_missing(last_seen: &Value) -> Health {
    if text(last_seen, "/kind") == "Job" {
        return job::of_missing(last_seen);
    }
    Health::progressing("it does not exist any more; somebody deleted it")
}

/// The object that waits to be gone, and for what.
fn terminating(object: &Value) -> Health {
    let finalizers = list(object, "/metadata/finalizers").filter_map(Value::as_str).collect::<Vec<_>>();
    let sentence = match finalizers.as_slice() {
        [] => "is being deleted".to_owned(),
        finalizers => format!("is being deleted; it waits for {}", finalizers.join(", ")),
    };
    Health { state: HealthState::Terminating, sentence, logs: Vec::new() }
}

impl Health {
    fn new(state: HealthState, sentence: impl Into<String>) -> Self {
        Self { state, sentence: sentence.into(), logs: Vec::new() }
    }

    fn live(sentence: impl Into<String>) -> Self {
        Self::new(HealthState::Live, sentence)
    }

    fn suspended(sentence: impl Into<String>) -> Self {
        Self::new(HealthState::Suspended, sentence)
    }

    fn progressing(sentence: impl Into<String>) -> Self {
        Self::new(HealthState::Progressing, sentence)
    }

    fn hopeless(sentence: impl Into<String>) -> Self {
        Self::new(HealthState::Hopeless, sentence)
    }

    /// What a controller has not looked at yet says nothing of the new version: its status is of the one before.
    fn unobserved() -> Self {
        Self::progressing("its controller has not seen the change yet")
    }
}
