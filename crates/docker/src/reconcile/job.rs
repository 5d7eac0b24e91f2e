//! Jobs: pkg/controller/job/job_controller.go.

use super::{Pod, Stage, Step};

/// What a Job asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// How many pods at a time.
    pub parallelism: i64,
    /// How many pods must end well; `None` for a work queue, which is done when one has and all have ended.
    pub completions: Option<i64>,
    /// How many may fail.
    pub backoff_limit: i64,
    /// Whether each pod has a number of its own (`completionMode: Indexed`).
    pub indexed: bool,
    /// Whether it has taken longer than it may (`activeDeadlineSeconds`).
    pub is_late: bool,
    /// Whether no pod may run (`suspend`).
    pub suspended: bool,
}

/// How a Job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It did its work.
    Complete,
    /// More pods failed than may.
    BackoffLimitExceeded,
    /// It took longer than it may.
    DeadlineExceeded,
}

/// What has become of a Job's pods so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobProgress {
    /// Pods that failed and are there no more, and restarts of containers inside of pods that are (`OnFailure`).
    pub failed_before: i64,
}

/// The next steps of a Job, and how it ended, if it has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// The steps; after the end, those that remove what still runs.
    pub steps: Vec<Step>,
    /// How it ended.
    pub ended: Option<Ended>,
}

/// The next steps of a Job. Pods that have ended stay, as they do in a cluster: their logs are read later.
pub fn job(wanted: &Job, progress: JobProgress, pods: &[Pod]) -> Verdict {
    let stop = |pod: &Pod| Step::Stop(pod.name.clone());
    let mut steps: Vec<Step> = pods.iter().filter(|pod| pod.stage == Stage::Partial).map(stop).collect();
    let of = |stage: Stage| pods.iter().filter(move |pod| pod.stage == stage);
    let active: Vec<&Pod> = pods.iter().filter(|pod| is_active(pod)).collect();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let succeeded = if wanted.indexed { number(done(pods).len()) } else { number(of(Stage::Succeeded).count()) };
    let failed = progress.failed_before + number(of(Stage::Failed).count());
    let is_complete = match wanted.completions {
        Some(completions) => succeeded >= completions,
        None => succeeded > 0 && active.is_empty(),
    };
    let ended = if is_complete {
        Some(Ended::Complete)
    } else if failed > wanted.backoff_limit {
        Some(Ended::BackoffLimitExceeded)
    } else if wanted.is_late {
        Some(Ended::DeadlineExceeded)
    } else {
        None
    };
    if ended.is_some() || wanted.suspended {
        steps.extend(active.into_iter().map(stop));
        return Verdict { steps, ended };
    }
    let running = number(active.len());
    let left = match wanted.completions {
        Some(completions) => completions - succeeded,
        // The first that ends well says that there is no more work: no further one is started.
        None if succeeded > 0 => running,
        None => wanted.parallelism,
    };
    let most = wanted.parallelism.min(left);
    if running > most {
        let surplus = usize::try_from(running - most).unwrap_or_default();
        steps.extend(active.into_iter().rev().take(surplus).map(stop));
    } else if wanted.indexed {
        let taken = |ordinal: &i64| {
            pods.iter().any(|pod| pod.ordinal == Some(*ordinal) && (is_active(pod) || pod.stage == Stage::Succeeded))
        };
        let free = (0..wanted.completions.unwrap_or_default()).filter(|ordinal| !taken(ordinal));
        let count = usize::try_from(most - running).unwrap_or_default();
        steps.extend(free.take(count).map(|ordinal| Step::Start { ordinal: Some(ordinal) }));
    } else {
        steps.extend((running..most).map(|_| Step::Start { ordinal: None }));
    }
    Verdict { steps, ended }
}

fn is_active(pod: &Pod) -> bool {
    matches!(pod.stage, Stage::Starting | Stage::Ready | Stage::Available)
}

/// The numbers that are done.
fn done(pods: &[Pod]) -> std::collections::BTreeSet<i64> {
    pods.iter().filter(|pod| pod.stage == Stage::Succeeded).filter_map(|pod| pod.ordinal).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{pods, words},
        *,
    };

    fn once() -> Job {
        Job { parallelism: 1, completions: Some(1), backoff_limit: 1, indexed: false, is_late: false, suspended: false }
    }

    fn check(wanted: &Job, failed_before: i64, table: &[(&str, &str, Option<Ended>)]) {
        for (there, expected, ended) in table {
            let verdict = job(wanted, JobProgress { failed_before }, &pods(there));
            assert_eq!((words(&verdict.steps).as_str(), verdict.ended), (*expected, *ended), "{there}");
        }
    }

    #[test]
    fn a_job_ends_when_its_work_is_done_or_has_failed_too_often() {
        use Ended::{BackoffLimitExceeded, Complete, DeadlineExceeded};
        check(
            &once(),
            0,
            &[
                ("", "+", None),
                ("a-1:v:available", "", None),
                ("a-1:v:succeeded", "", Some(Complete)),
                ("a-1:v:failed", "+", None),
                ("a-1:v:failed b-2:v:starting", "", None),
                ("a-1:v:failed b-2:v:failed", "", Some(BackoffLimitExceeded)),
                ("a-1:v:partial", "-a-1 +", None),
            ],
        );
        check(&once(), 2, &[("a-1:v:available", "-a-1", Some(BackoffLimitExceeded))]);
        check(
            &Job { is_late: true, ..once() },
            0,
            &[("a-1:v:available", "-a-1", Some(DeadlineExceeded)), ("a-1:v:succeeded", "", Some(Complete))],
        );
        check(&Job { suspended: true, ..once() }, 0, &[("a-1:v:available", "-a-1", None), ("", "", None)]);
    }

    #[test]
    fn several_pods_share_the_work() {
        use Ended::Complete;
        let three = Job { parallelism: 2, completions: Some(3), ..once() };
        check(
            &three,
            0,
            &[
                ("", "+ +", None),
                ("a-1:v:succeeded b-2:v:available", "+", None),
                ("a-1:v:succeeded b-2:v:succeeded c-3:v:available", "", None),
                ("a-1:v:succeeded b-2:v:succeeded c-3:v:succeeded", "", Some(Complete)),
            ],
        );
        let queue = Job { parallelism: 2, completions: None, ..once() };
        check(
            &queue,
            0,
            &[
                ("", "+ +", None),
                ("a-1:v:succeeded b-2:v:available", "", None),
                ("a-1:v:succeeded b-2:v:succeeded", "", Some(Complete)),
            ],
        );
        let indexed = Job { indexed: true, ..three };
        check(
            &indexed,
            0,
            &[
                ("", "+0 +1", None),
                ("a-0:v:succeeded b-1:v:available", "+2", None),
                ("a-0:v:failed b-1:v:available", "+0", None),
                ("a-0:v:succeeded b-1:v:succeeded c-2:v:succeeded", "", Some(Complete)),
            ],
        );
    }
}
