//! Does the work: starts Jobs that are due, goes on with those that have not ended, and removes old ones. Under the
//! environment's lock, which is held until each has come so far that it goes on by itself.

use std::time::Duration;

use landfall_core::object::ObjectId;
use landfall_deploy::target::{TargetError, Tended};
use tokio::time::{Instant, timeout_at};

use super::{
    Work,
    job::{document, id},
};
use crate::{
    deploying::Deploying,
    engine::Engine,
    fault::target_error,
    observe::ended,
    reconcile::Ended,
    record::{self, Record, Records},
    rollout::{Rollouts, Work as PodWork, Workload},
};

/// So long it is waited until pods have started; pulling an image may take that long.
const PATIENCE: Duration = Duration::from_secs(120);

/// The Jobs that were begun or gone on with, and what was said of them.
#[derive(Debug, Default)]
pub struct Started {
    /// The Jobs that had not ended.
    pub open: Vec<ObjectId>,
    /// What was done, for people.
    pub news: Vec<String>,
    /// What did not work.
    pub warnings: Vec<String>,
}

/// Does what is to be done.
///
/// # Errors
/// What the engine says; what was recorded until then goes on the next time.
pub async fn tend(
    engine: &Engine,
    records: &Records,
    deploying: &Deploying,
    work: Work,
) -> Result<Started, TargetError> {
    let mut started = Started::default();
    for job in work.replaced.iter().chain(&work.surplus) {
        remove(engine, records, deploying, job).await?;
    }
    started.news.extend(work.replaced.iter().map(|job| format!("{job} was removed, since the next one is due")));
    let mut open = work.open;
    for (cron, schedule, due) in &work.starts {
        let id = id(&cron.id, due.at);
        let job = match records.get(&id) {
            // Whoever made it was killed before it could be noted.
            Some(known) => known,
            None => {
                let document = document(cron, &id, schedule, due.at);
                let gvk = landfall_core::object::Gvk::new("batch/v1", "Job");
                let mut job = Record::new(id, gvk, &cron.environment, document, record::seconds(engine));
                job.written = record::write(engine, &job).await?;
                records.put(job.clone());
                started.news.push(format!("{} was started, as {} asks for", job.id, cron.id));
                job
            }
        };
        note(engine, records, cron, due.at.to_string()).await?;
        if ended(&job).is_none() && !open.iter().any(|known| known.id == job.id) {
            open.push(job);
        }
    }
    for job in &open {
        let workload = Workload::new(job.id.clone(), job.shown());
        let noted = deploying.after(records, job, Some(workload)).await;
        started.warnings.extend(noted.map_err(|fault| target_error(engine, fault))?);
    }
    until_they_go_on(&deploying.rollouts, &open).await;
    for job in &open {
        let faults = deploying.rollouts.pods(&job.id).into_iter().filter_map(|pod| pod.fault);
        started.warnings.extend(faults.map(|fault| format!("{} cannot start: {}", job.id, fault.message)));
    }
    started.warnings.extend(deploying.take_warnings());
    started.open = open.into_iter().map(|job| job.id).collect();
    Ok(started)
}

/// What is told of it, once the ends of Jobs are recorded.
pub fn told(started: Started, records: &Records, rest: Option<Duration>) -> Tended {
    let Started { open, mut news, mut warnings } = started;
    for job in open.iter().filter_map(|id| records.get(id)) {
        match ended(&job) {
            None => {}
            Some(Ended::Complete) => news.push(format!("{} is done", job.id)),
            Some(Ended::BackoffLimitExceeded) => warnings.push(format!("{} has failed as often as it may", job.id)),
            Some(Ended::DeadlineExceeded) => warnings.push(format!("{} has failed: it took too long", job.id)),
        }
    }
    Tended { rest, news, warnings }
}

/// Removes a Job with its pods; its record last, as whoever is killed in between removes the rest then.
///
/// # Errors
/// What could not be removed.
pub async fn remove(
    engine: &Engine,
    records: &Records,
    deploying: &Deploying,
    job: &ObjectId,
) -> Result<(), TargetError> {
    deploying.remove(records, job).await?;
    record::remove(engine, job, None).await?;
    records.forget(job);
    Ok(())
}

/// Notes when the last Job of a CronJob was due.
async fn note(engine: &Engine, records: &Records, cron: &Record, at: String) -> Result<(), TargetError> {
    let mut document = cron.document.clone();
    document["status"]["lastScheduleTime"] = at.into();
    let mut next = cron.next(cron.gvk.clone(), document);
    next.written = record::write(engine, &next).await?;
    records.put(next);
    Ok(())
}

/// Waits until each Job needs nobody any more before its next pod ends, or has said why it cannot start.
async fn until_they_go_on(rollouts: &Rollouts, jobs: &[Record]) {
    let workloads: Vec<Workload> = jobs.iter().map(|job| Workload::new(job.id.clone(), job.shown())).collect();
    let deadline = Instant::now() + PATIENCE;
    let mut changes = rollouts.changes();
    loop {
        changes.borrow_and_update();
        if rollouts.is_lost() || workloads.iter().all(|workload| goes_on(rollouts, workload)) {
            return;
        }
        if !matches!(timeout_at(deadline, changes.changed()).await, Ok(Ok(()))) {
            return;
        }
    }
}

fn goes_on(rollouts: &Rollouts, workload: &Workload) -> bool {
    let told = rollouts.told(&workload.id);
    let pods = rollouts.pods(&workload.id);
    if told.ended.is_some() || pods.iter().any(|pod| pod.fault.is_some()) {
        return true;
    }
    let is_settled = pods.iter().all(|pod| pod.work == PodWork::None);
    told.version == workload.version && is_settled && !workload.has_next_step(&pods, rollouts.engine().now())
}
