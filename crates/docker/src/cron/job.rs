//! A CronJob's Jobs: what they are made from, and which of them stay.
//!
//! Source: `getJobFromTemplate2` and `cleanupFinishedJobs` of pkg/controller/cronjob.

use std::collections::BTreeMap;

use jiff::Timestamp;
use landfall_core::object::ObjectId;
use serde_json::{Value, json};

use super::Schedule;
use crate::{
    observe::ended,
    reconcile::Ended,
    record::{self, Record},
};

/// When a Job was to be started, as its zone writes it.
const SCHEDULED: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/// The identity of a CronJob's Job for a time: its name ends with the minutes since 1970.
pub fn id(cron: &ObjectId, at: Timestamp) -> ObjectId {
    let name = format!("{}-{}", cron.name, at.as_second() / 60);
    ObjectId { kind: "Job".to_owned(), name, ..cron.clone() }
}

/// The Job itself, without `apiVersion` and `kind`.
pub fn document(cron: &Record, id: &ObjectId, schedule: &Schedule, at: Timestamp) -> Value {
    let template = &cron.document["spec"]["jobTemplate"];
    let mut annotations = template["metadata"]["annotations"].as_object().cloned().unwrap_or_default();
    annotations.insert(SCHEDULED.to_owned(), schedule.written(at).into());
    let mut metadata = json!({
        "name": id.name,
        "namespace": id.namespace,
        "annotations": annotations,
        "ownerReferences": [{
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "name": cron.id.name,
            "uid": cron.uid,
            "controller": true,
            "blockOwnerDeletion": true,
        }],
    });
    if template["metadata"]["labels"].is_object() {
        metadata["labels"] = template["metadata"]["labels"].clone();
    }
    json!({"metadata": metadata, "spec": template["spec"]})
}

/// The Jobs of a CronJob that was or is, by its UID; the oldest first.
pub fn owned<'a>(records: &'a BTreeMap<ObjectId, Record>, uid: &str) -> Vec<&'a Record> {
    let is_own = |record: &&Record| {
        let owners = record.document["metadata"]["ownerReferences"].as_array();
        record.id.kind == "Job" && owners.into_iter().flatten().any(|owner| owner["uid"] == uid)
    };
    let mut jobs: Vec<&Record> =
        records.values().filter(|record| !record::is_inventory(&record.id)).filter(is_own).collect();
    jobs.sort_by(|a, b| (&a.created, &a.id.name).cmp(&(&b.created, &b.id.name)));
    jobs
}

/// Those that have ended and are more than the history holds; the oldest go.
pub fn surplus(spec: &Value, jobs: &[&Record]) -> Vec<ObjectId> {
    let limit =
        |field: &str, default: u64| usize::try_from(spec[field].as_u64().unwrap_or(default)).unwrap_or(usize::MAX);
    let mut surplus = Vec::new();
    let groups = [(true, limit("successfulJobsHistoryLimit", 3)), (false, limit("failedJobsHistoryLimit", 1))];
    for (is_done, limit) in groups {
        let ended: Vec<&&Record> =
            jobs.iter().filter(|job| ended(job).is_some_and(|ended| (ended == Ended::Complete) == is_done)).collect();
        let count = ended.len().saturating_sub(limit);
        surplus.extend(ended.into_iter().take(count).map(|job| job.id.clone()));
    }
    surplus
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use landfall_core::object::Gvk;

    use super::*;

    fn cron() -> Record {
        let id = ObjectId {
            group: "batch".to_owned(),
            kind: "CronJob".to_owned(),
            namespace: Some("prod".to_owned()),
            name: "nightly".to_owned(),
        };
        let document = json!({"metadata": {"name": "nightly"}, "spec": {"jobTemplate": {
            "metadata": {"labels": {"app": "backup"}, "annotations": {"a": "b"}},
            "spec": {"template": {}},
        }}});
        Record::new(id, Gvk::new("batch/v1", "CronJob"), "e", document, "2026-11-25T09:00:00Z".to_owned())
    }

    #[test]
    fn a_job_is_named_and_owned_as_in_a_cluster() {
        let (cron, at) = (cron(), "2026-11-25T03:00:00Z".parse().unwrap());
        let schedule = Schedule::parse("0 4 * * *", TimeZone::get("Europe/Berlin").unwrap()).unwrap();
        let id = id(&cron.id, at);
        assert_eq!(id.to_string(), "job/nightly-29926260 in namespace prod");
        let document = document(&cron, &id, &schedule, at);
        assert_eq!(document["metadata"]["annotations"], json!({"a": "b", SCHEDULED: "2026-11-25T04:00:00+01:00"}));
        assert_eq!(document["metadata"]["labels"], json!({"app": "backup"}));
        assert_eq!(document["metadata"]["ownerReferences"][0]["uid"], cron.uid);
        assert_eq!(document["spec"], json!({"template": {}}));
    }

    #[test]
    fn the_oldest_that_have_ended_go() {
        let cron = cron();
        let job = |minute: i64, condition: Option<&str>| {
            let at = Timestamp::from_second(minute * 60).unwrap();
            let status = condition.map_or(json!({}), |kind| json!({"conditions": [{"type": kind, "status": "True"}]}));
            let document = json!({"metadata": {"ownerReferences": [{"uid": cron.uid}]}, "status": status});
            Record::new(id(&cron.id, at), Gvk::new("batch/v1", "Job"), "e", document, at.to_string())
        };
        let (done, failed) = (Some("Complete"), Some("Failed"));
        let all =
            [job(5, None), job(1, done), job(2, failed), job(3, done), job(4, failed), job(6, done), job(7, done)];
        let records: BTreeMap<ObjectId, Record> = all.into_iter().map(|job| (job.id.clone(), job)).collect();
        let jobs = owned(&records, &cron.uid);
        assert_eq!(jobs.len(), 7);
        assert!(owned(&records, "another").is_empty());
        let names = |spec: Value| surplus(&spec, &jobs).into_iter().map(|id| id.name).collect::<Vec<_>>();
        assert_eq!(names(json!({})), ["nightly-1", "nightly-2"]);
        let limits = json!({"successfulJobsHistoryLimit": 1, "failedJobsHistoryLimit": 0});
        assert_eq!(names(limits), ["nightly-1", "nightly-3", "nightly-6", "nightly-2", "nightly-4"]);
    }
}
