//! What is recorded at the end of a deploy: that a Job has done its work. Its pods may be removed at any time (`docker
//! container prune` does), and a migration must not run once more for that.

use landfall_deploy::target::TargetError;

use crate::{
    engine::Engine,
    observe::ended,
    record::{self, Record, Records},
    rollout::{Rollouts, Workload, documents},
};

/// Records the Jobs that have ended.
///
/// # Errors
/// A record cannot be written.
pub async fn record_ends(engine: &Engine, records: &Records, rollouts: &Rollouts) -> Result<(), TargetError> {
    let all = records.all();
    let jobs = all.values().filter(|record| record.id.group == "batch" && record.id.kind == "Job");
    let open: Vec<&Record> = jobs.filter(|record| ended(record).is_none()).collect();
    for record in open {
        let told = rollouts.told(&record.id);
        if told.ended.is_none() {
            continue;
        }
        let workload = Workload::new(record.id.clone(), record.shown());
        let shown = documents(&workload, &rollouts.pods(&record.id), &told, engine.now());
        let Some(status) = shown.first().map(|job| job["status"].clone()) else { continue };
        let mut document = record.document.clone();
        document["status"] = status;
        let mut next = record.next(record.gvk.clone(), document);
        next.written = record::write(engine, &next).await?;
        records.put(next);
    }
    Ok(())
}
