//! CronJobs: their schedule, and the Jobs that they make.

use serde_json::{Value, json};

use super::{
    check::{Findings, Surroundings},
    pods::{self, text},
};
use crate::cron;

/// The API server leaves room for the minutes that a Job's name ends with.
const LONGEST_NAME: usize = 52;

/// Looks at a CronJob.
pub fn check(object: &Value, around: Surroundings<'_>, found: &mut Findings) {
    let spec = &object["spec"];
    if let Err((field, message)) = cron::schedule(spec) {
        found.fault(format!("spec.{field}"), message);
        // Both may be wrong.
        if field == "timeZone"
            && let Err((field, message)) = cron::schedule(&json!({"schedule": spec["schedule"]}))
        {
            found.fault(format!("spec.{field}"), message);
        }
    }
    if text(object, "/metadata/name").len() > LONGEST_NAME {
        found.fault("metadata.name", format!("must not be longer than {LONGEST_NAME} characters"));
    }
    let policies = ["Allow", "Forbid", "Replace"];
    if let Some(policy) = spec["concurrencyPolicy"].as_str().filter(|policy| !policies.contains(policy)) {
        let message = format!("must be `Allow`, `Forbid` or `Replace`, but it is `{policy}`");
        found.fault("spec.concurrencyPolicy", message);
    }
    for field in ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        if let Some(number) = spec[field].as_i64().filter(|number| *number < 0) {
            found.fault(format!("spec.{field}"), format!("must not be less than 0, but it is {number}"));
        }
    }
    let job = json!({"metadata": object["metadata"], "spec": spec["jobTemplate"]["spec"]});
    let mut of_job = Findings::default();
    pods::check("Job", &job, around, &mut of_job);
    for mut fault in of_job.faults {
        fault.field = format!("spec.jobTemplate.{}", fault.field);
        found.faults.push(fault);
    }
}
