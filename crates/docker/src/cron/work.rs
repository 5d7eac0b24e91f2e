//! What there is to do for the CronJobs of an environment now. Pure: no I/O, no clock.

use std::time::Duration;

use jiff::Timestamp;
use landfall_core::object::ObjectId;

use super::{
    Schedule,
    due::{Due, due, schedule},
    job::{owned, surplus},
};
use crate::{look::Seen, observe::ended, record::Record, rollout::Workload};

/// So often Jobs that run are looked at: whether they have ended, or a pod of them is to be made anew.
const RUNNING: Duration = Duration::from_secs(3);

/// So often it is looked whether somebody has changed the CronJobs.
const IDLE: Duration = Duration::from_secs(30);

/// What there is to do.
#[derive(Debug, Default)]
pub struct Work {
    /// The CronJobs of which a Job is due.
    pub starts: Vec<(Record, Schedule, Due)>,
    /// The Jobs of these that still run, and are to make room.
    pub replaced: Vec<ObjectId>,
    /// Jobs that have ended and are more than the history holds.
    pub surplus: Vec<ObjectId>,
    /// Jobs that have not ended, as recorded.
    pub open: Vec<Record>,
    /// Whether something is to be done for one of these.
    pub goes_on: bool,
    /// When to look again; `None` without CronJobs.
    pub rest: Option<Duration>,
}

impl Work {
    /// Whether nothing is to be done before [`Self::rest`] is over.
    pub fn is_idle(&self) -> bool {
        self.starts.is_empty() && self.surplus.is_empty() && !self.goes_on
    }
}

/// Finds it out, from what was seen of the engine.
pub fn work(seen: &Seen, now: Timestamp) -> Work {
    let mut work = Work::default();
    let own = |record: &&Record| record.environment == seen.environment && record.id.kind == "CronJob";
    for cron in seen.records.values().filter(own) {
        let spec = &cron.document["spec"];
        // What cannot be read was refused when it was deployed.
        let Ok(schedule) = schedule(spec) else { continue };
        let jobs = owned(&seen.records, &cron.uid);
        let open: Vec<Record> = jobs.iter().filter(|job| ended(job).is_none()).map(|job| (*job).clone()).collect();
        let time = |time: &str| time.parse::<Timestamp>().ok();
        let last = cron.document["status"]["lastScheduleTime"].as_str().and_then(time);
        let last = last.or_else(|| time(&cron.created)).unwrap_or(now);
        work.rest = Some(work.rest.unwrap_or(IDLE).min(until(schedule.next(now), now)));
        if !open.is_empty() {
            work.rest = Some(work.rest.unwrap_or(IDLE).min(RUNNING));
        }
        work.surplus.extend(surplus(spec, &jobs));
        if let Some(due) = due(spec, &schedule, last, open.len(), now) {
            if due.replaces {
                work.replaced.extend(open.iter().map(|job| job.id.clone()));
            }
            work.starts.push((cron.clone(), schedule, due));
        }
        work.goes_on |= open.iter().any(|job| goes_on(job, seen, now));
        work.open.extend(open);
    }
    work.open.retain(|job| !work.replaced.contains(&job.id));
    work
}

/// Whether a Job has ended, or is to be given a pod or rid of one.
fn goes_on(job: &Record, seen: &Seen, now: Timestamp) -> bool {
    Workload::new(job.id.clone(), job.shown()).has_next_step(&seen.pods_of(&job.id), now)
}

fn until(next: Option<Timestamp>, now: Timestamp) -> Duration {
    let rest = next.and_then(|next| Duration::try_from(next.duration_since(now)).ok());
    rest.unwrap_or(IDLE)
}
