//! What to do next so that a workload's pods become as it asks: what Kubernetes' controllers decide. Pure: no I/O, no
//! clock.
//!
//! Each function looks at the pods that there are, and tells the next steps. Whatever happens, a rerun of Landfall among
//! it, the same question is asked anew; so a step that was not made, or only half, is made then.

mod counts;
mod daemon_set;
mod deployment;
mod job;
mod stateful_set;

pub use counts::{Bounds, bounds};
pub use daemon_set::daemon_set;
pub use deployment::{Deployment, Strategy, deployment};
pub use job::{Ended, Job, JobProgress, Verdict, job};
pub use stateful_set::{StatefulSet, Update, stateful_set};

/// A pod as far as its workload's controller cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// The hash of the template that it was made from.
    pub version: String,
    /// How far it is.
    pub stage: Stage,
    /// Its number, of a StatefulSet's or an indexed Job's.
    pub ordinal: Option<i64>,
    /// When it was created, for the choice between equals: the youngest goes first.
    pub created: i64,
}

/// How far a pod is, from the worst to the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Made in part only: whoever made it was stopped on the way. It is removed, whoever it belongs to.
    Partial,
    /// Its containers ended, one of them badly, and are not started again.
    Failed,
    /// Its containers ended well.
    Succeeded,
    /// It runs, and is not ready.
    Starting,
    /// It is ready, but not long enough (`minReadySeconds`).
    Ready,
    /// It is ready, and counts.
    Available,
    /// It is being stopped.
    Leaving,
}

/// A step towards what a workload asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Remove a pod, gracefully: out of the Services, drained, `preStop`, stopped.
    Stop(String),
    /// Make a pod of the version that the workload asks for.
    Start {
        /// Its number, where pods have one.
        ordinal: Option<i64>,
    },
}

/// Of pods to be removed, those that serve least first, then the youngest: the order of `ActivePods` in
/// pkg/controller/controller_utils.go.
fn first_to_go(pods: &mut [&Pod]) {
    pods.sort_by(|a, b| (a.stage, -a.created, &a.name).cmp(&(b.stage, -b.created, &b.name)));
}

/// What was left behind half made, and pods that should run for ever and have ended for good: they are replaced.
fn dead(pods: &[Pod]) -> impl Iterator<Item = Step> {
    let is_dead = |pod: &&Pod| matches!(pod.stage, Stage::Partial | Stage::Failed | Stage::Succeeded);
    pods.iter().filter(is_dead).map(|pod| Step::Stop(pod.name.clone()))
}

/// Those that run.
fn running(pods: &[Pod]) -> Vec<&Pod> {
    pods.iter().filter(|pod| matches!(pod.stage, Stage::Starting | Stage::Ready | Stage::Available)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pods written shortly: `name:version:stage`, with the number after a dash as the ordinal and the time of creation.
    pub(super) fn pods(words: &str) -> Vec<Pod> {
        let pod = |word: &str| {
            let parts: Vec<&str> = word.split(':').collect();
            let ordinal = parts[0].rsplit('-').next().and_then(|number| number.parse().ok());
            let stage = match parts[2] {
                "partial" => Stage::Partial,
                "failed" => Stage::Failed,
                "succeeded" => Stage::Succeeded,
                "starting" => Stage::Starting,
                "ready" => Stage::Ready,
                "available" => Stage::Available,
                "leaving" => Stage::Leaving,
                other => panic!("{other}"),
            };
            Pod {
                name: parts[0].to_owned(),
                version: parts[1].to_owned(),
                stage,
                ordinal,
                created: ordinal.unwrap_or_default(),
            }
        };
        words.split_whitespace().map(pod).collect()
    }

    /// Steps written shortly: `-name`, `+` or `+ordinal`.
    pub(super) fn words(steps: &[Step]) -> String {
        let word = |step: &Step| match step {
            Step::Stop(name) => format!("-{name}"),
            Step::Start { ordinal: Some(ordinal) } => format!("+{ordinal}"),
            Step::Start { ordinal: None } => "+".to_owned(),
        };
        steps.iter().map(word).collect::<Vec<_>>().join(" ")
    }
}
