//! CronJobs: live as soon as they exist; that a run of last night failed is not this deploy's doing.

use serde_json::Value;

use super::{
    Health,
    fields::{is_true, text},
};

pub(super) fn of(job: &Value) -> Health {
    let schedule = text(job, "/spec/schedule");
    if is_true(job, "/spec/suspend") {
        return Health::suspended(format!("suspended; its schedule is {schedule}"));
    }
    match text(job, "/status/lastScheduleTime") {
        "" => Health::live(format!("runs at {schedule}")),
        last => Health::live(format!("runs at {schedule}, the last time {last}")),
    }
}
