//! Jobs: live when they have done their work. kstatus calls a Job current as soon as it runs, kapp and Helm's
//! `--wait-for-jobs` wait for its end; a migration that goes on is not live.
//!
//! Source: pkg/controller/job/job_controller.go and the reasons in the batch API's types.go.

use serde_json::Value;

use super::{
    Health, HealthState, Run, Surroundings,
    cause::{Cause, failed_container, of_pod, refusal},
    fields::{at, condition, count, is_deleted, is_true, list, number, text},
    rollout::{pods_words, unfinished},
    time,
};

pub(super) fn of(job: &Value, around: &Surroundings<'_>) -> Health {
    let succeeded = count(job, "/status/succeeded");
    let holds = |kind: &str| condition(job, kind).filter(|condition| condition.is_true());
    if holds("Complete").is_some() {
        return Health::live(format!("done; {}", completions(job, succeeded)));
    }
    // The second comes at once, the first when the last pod is gone.
    if let Some(failure) = holds("Failed").or_else(|| holds("FailureTarget")) {
        return failed(job, failure.reason, failure.words(), around);
    }
    if holds("Suspended").is_some() || is_true(job, "/spec/suspend") {
        return Health::suspended(format!("suspended; {}", completions(job, succeeded)));
    }
    if holds("SuccessCriteriaMet").is_some() {
        return Health::progressing(format!("{}; its last pods are stopping", completions(job, succeeded)));
    }
    if at(job, "/status").is_none() {
        return Health::unobserved();
    }
    let failures = failures(job, around);
    let mut counts = completions(job, succeeded);
    if failures > 0 {
        let limit = number(job, "/spec/backoffLimit").unwrap_or(6);
        counts = format!("{counts}; {} failed, {} allowed", attempts(failures), limit);
    }
    let active = count(job, "/status/active");
    if active > 0 {
        counts = format!("{counts}; {} at work", pods_words(active, ""));
    }
    let refused = if active == 0 { refusal(job, around) } else { None };
    let pods = around.children(job, "Pod").filter(|pod| !is_deleted(pod));
    let mut causes: Vec<(&Value, Cause)> = pods
        .filter(|pod| text(pod, "/status/phase") != "Succeeded")
        .filter_map(|pod| Some((pod, of_pod(pod, around)?)))
        .collect();
    for (pod, cause) in &mut causes {
        // How many crashes are too many, the Job itself says (backoffLimit); a failed attempt is made again.
        let ran = number(pod, "/status/containerStatuses/0/restartCount") > Some(0);
        cause.hopeless &= !ran && text(pod, "/status/phase") != "Failed";
    }
    unfinished(counts, causes, refused, None)
}

/// A Job that is gone though it was applied: with a time to live its own controller deletes it when it has ended
/// (pkg/controller/ttlafterfinished), and one that was not seen failing is taken for done.
pub(super) fn of_missing(last_seen: &Value) -> Health {
    let has_failed =
        ["Failed", "FailureTarget"].iter().any(|kind| condition(last_seen, kind).is_some_and(|c| c.is_true()));
    match number(last_seen, "/spec/ttlSecondsAfterFinished") {
        Some(ttl) if !has_failed => {
            Health::live(format!("done, and deleted {} later (ttlSecondsAfterFinished)", time::words(ttl)))
        }
        Some(_) => Health::hopeless("it failed, and was deleted (ttlSecondsAfterFinished)"),
        None => Health::progressing("it does not exist any more; somebody deleted it"),
    }
}

/// Why a Job failed: what its controller says, and how its last pods ended.
fn failed(job: &Value, reason: &str, message: &str, around: &Surroundings<'_>) -> Health {
    let why = match reason {
        "BackoffLimitExceeded" => {
            let limit = number(job, "/spec/backoffLimit").unwrap_or(6);
            format!("it failed after {} (backoffLimit {limit})", attempts(failures(job, around)))
        }
        "DeadlineExceeded" => {
            let deadline = count(job, "/spec/activeDeadlineSeconds");
            format!("it failed: it took longer than {} (activeDeadlineSeconds)", time::words(deadline))
        }
        "" => format!("it failed: {message}"),
        reason => format!("it failed: {message} ({reason})"),
    };
    let pods = around.children(job, "Pod").filter(|pod| text(pod, "/status/phase") == "Failed");
    let causes = pods.filter_map(|pod| {
        let cause = of_pod(pod, around)?;
        let container = failed_container(pod).unwrap_or_default();
        Some((pod, if container.is_empty() { cause } else { cause.with_log(pod, container, Run::Ended(0), around) }))
    });
    Health { state: HealthState::Hopeless, ..unfinished(why, causes.collect(), None, None) }
}

fn completions(job: &Value, succeeded: i64) -> String {
    let parallelism = number(job, "/spec/parallelism").unwrap_or(1);
    match number(job, "/spec/completions") {
        Some(completions) => format!("{succeeded} of {completions} completions"),
        // A work queue: it is done when one pod says so, and the others have ended.
        None if parallelism > 1 => format!("{succeeded} pods of a work queue have ended"),
        None => format!("{succeeded} of 1 completions"),
    }
}

/// How many pods have failed. The controller says that a Job has failed before it has counted the last one, which it
/// first notes as to be counted.
fn failures(job: &Value, around: &Surroundings<'_>) -> i64 {
    let uncounted = list(job, "/status/uncountedTerminatedPods/failed").count();
    let seen = around.children(job, "Pod").filter(|pod| text(pod, "/status/phase") == "Failed").count();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    (count(job, "/status/failed") + number(uncounted)).max(number(seen))
}

fn attempts(count: i64) -> String {
    if count == 1 { "1 attempt".to_owned() } else { format!("{count} attempts") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::health;

    #[test]
    fn a_job_with_a_time_to_live_is_done_when_it_is_gone() {
        let gone = |ttl: Value, conditions: Value| {
            let job =
                json!({"kind": "Job", "spec": {"ttlSecondsAfterFinished": ttl}, "status": {"conditions": conditions}});
            let health = health::of_missing(&job);
            (health.state, health.sentence)
        };
        let done = (HealthState::Live, "done, and deleted 60 s later (ttlSecondsAfterFinished)".to_owned());
        assert_eq!(gone(json!(60), json!([])), done);
        assert_eq!(gone(json!(60), json!([{"type": "Complete", "status": "True"}])), done);
        assert_eq!(
            gone(json!(60), json!([{"type": "Failed", "status": "True"}])),
            (HealthState::Hopeless, "it failed, and was deleted (ttlSecondsAfterFinished)".to_owned())
        );
        let deleted = (HealthState::Progressing, "it does not exist any more; somebody deleted it".to_owned());
        assert_eq!(gone(Value::Null, json!([])), deleted);
        assert_eq!(health::of_missing(&json!({"kind": "Deployment"})).state, HealthState::Progressing);
    }
}
