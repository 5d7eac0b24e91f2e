//! What is live, from what was seen of an engine. Pure: no I/O, no clock of its own.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use landfall_core::{
    object::{Gvk, ObjectId},
    observation::{LiveObject, Observation},
};
use landfall_deploy::target::ObserveRequest;
use serde_json::{Value, json};

use crate::{
    Site, drift,
    engine::{About, Engine},
    ingress,
    look::Seen,
    pod::Sources,
    reconcile::Ended,
    record::{self, Record},
    rollout::{PodState, Told, Workload, documents},
    service, sources,
    status::{self, Places},
    volume,
};

/// Everything that is asked for.
pub fn observe(seen: &Seen, engine: &Engine, request: &ObserveRequest<'_>) -> Observation {
    let around = Around::of(seen, engine);
    let mut observation = Observation::default();
    let lists: BTreeSet<(&str, &str, Option<&str>)> = request
        .queries
        .iter()
        .map(|query| (query.kind.gvk.group.as_str(), query.kind.gvk.kind.as_str(), query.namespace.as_deref()))
        .collect();
    let mut add = |id: &ObjectId, labels: &BTreeMap<String, String>, live: &dyn Fn(bool) -> LiveObject| {
        let is_listed = lists.contains(&(id.group.as_str(), id.kind.as_str(), id.namespace.as_deref()));
        let is_selected = is_listed && request.selector.matches(labels);
        if is_selected || request.wanted.contains_key(id) {
            let wanted = request.wanted.get(id).map(|kind| &kind.gvk);
            observation.add(live(is_selected), wanted);
        }
    };
    for record in seen.records.values().filter(|record| !record::is_inventory(&record.id)) {
        add(&record.id, &labels(&record.document), &|selected| live(record, &around, selected));
    }
    for (id, uid) in unrecorded(seen) {
        // One that the revision asks for is created: that writes its record again, and finds the pods that are there.
        if request.required.contains(&id) {
            continue;
        }
        // Whatever labels it had went with its record.
        add(&id, &BTreeMap::new(), &|selected| without_record(&id, &uid, selected));
    }
    observation
}

/// What single objects are shown with.
struct Around<'a> {
    seen: &'a Seen,
    about: &'a About,
    now: Timestamp,
    volumes: BTreeSet<String>,
    site: Site,
}

impl<'a> Around<'a> {
    fn of(seen: &'a Seen, engine: &'a Engine) -> Self {
        let site = Site {
            engine: engine.clone(),
            environment: seen.environment.clone(),
            network: seen.environment.clone(),
            // Nothing is made here.
            image: String::new(),
            host_address: None,
        };
        Self { seen, about: engine.about(), now: engine.now(), volumes: seen.volume_names(), site }
    }
}

/// Everything that there is, as an API server would show it: objects, replica sets, pods.
pub fn everything(seen: &Seen, engine: &Engine) -> Vec<Value> {
    let around = Around::of(seen, engine);
    let own = |record: &&Record| record.environment == seen.environment && !record::is_inventory(&record.id);
    let objects = seen.records.values().filter(own);
    objects.flat_map(|record| shown(record, &around).0).collect()
}

/// A recorded object.
fn live(record: &Record, around: &Around<'_>, selected: bool) -> LiveObject {
    let (mut documents, mut drift) = shown(record, around);
    if around.seen.outdated.contains_key(&record::key(&record.id)) {
        drift.push("an older version of its record is left".to_owned());
    }
    // What makes it true is in another network, and that environment's to look at.
    if record.environment != around.seen.environment {
        drift.clear();
    }
    let document = if documents.is_empty() { record.shown() } else { documents.swap_remove(0) };
    record.live(&document, selected, drift)
}

/// An object with its status and what is its own, itself first; and what does not match it.
fn shown(record: &Record, around: &Around<'_>) -> (Vec<Value>, Vec<String>) {
    let Around { seen, about, now, .. } = around;
    let mut document = record.shown();
    if !Workload::is_kind(&record.id.kind) {
        let drift = other_drift(record, &document, around);
        let places = Places { volumes: &around.volumes, host: &about.name };
        status::add(&record.id, &mut document, &places);
        return (vec![document], drift);
    }
    let (workload, pods) = (Workload::new(record.id.clone(), document), seen.pods_of(&record.id));
    let drift = drift_of(&workload, record, &pods, seen, about, *now);
    let told = Told { version: workload.version.clone(), ..Told::default() };
    let mut all = documents(&workload, &pods, &told, *now);
    // What a Job has done stays done, also when its pods were removed.
    if ended(record).is_some()
        && let Some(job) = all.first_mut()
    {
        job["status"] = record.document["status"].clone();
    }
    (all, drift.sentences)
}

/// What of a Service or a claim does not match.
fn other_drift(record: &Record, shown: &Value, around: &Around<'_>) -> Vec<String> {
    let seen = around.seen;
    match (record.id.group.as_str(), record.id.kind.as_str()) {
        ("", "Service") => service::drift(&around.site, shown, &seen.containers),
        ("networking.k8s.io", "Ingress") => {
            let own: Vec<Value> = sources::ingresses(&seen.records, &seen.environment).map(Record::shown).collect();
            ingress::drift(&around.site, &own.iter().collect::<Vec<_>>(), &seen.containers)
        }
        ("", "PersistentVolumeClaim") => {
            let objects = sources::objects(&seen.records);
            let namespace = record.id.namespace.as_deref().unwrap_or_default();
            volume::claim_drift(shown, namespace, &objects.persistent_volumes(), &seen.volumes)
        }
        _ => Vec::new(),
    }
}

/// What of a workload does not match.
pub fn drift_of(
    workload: &Workload,
    record: &Record,
    pods: &[PodState],
    seen: &Seen,
    about: &About,
    now: Timestamp,
) -> drift::Drift {
    let created = record.created.parse::<Timestamp>().unwrap_or(now);
    let age = now.duration_since(created).as_secs();
    let mut drift = drift::of_workload(workload, pods, seen.network.as_deref(), &about.unsupported, ended(record), age);
    let there = seen.pods.keys().map(String::as_str).collect();
    match volume::left_behind(&seen.environment, &workload.id, &seen.volumes, &there) {
        0 => {}
        1 => drift.say("a volume of a pod that is gone is left"),
        count => drift.say(format!("{count} volumes of pods that are gone are left")),
    }
    drift
}

/// How a Job ended, as its record says.
pub fn ended(record: &Record) -> Option<Ended> {
    if record.id.kind != "Job" {
        return None;
    }
    let conditions = record.document["status"]["conditions"].as_array()?;
    let holds = |condition: &&Value| condition["status"] == "True";
    conditions.iter().filter(holds).find_map(|condition| match condition["type"].as_str()? {
        "Complete" => Some(Ended::Complete),
        "Failed" if condition["reason"] == "DeadlineExceeded" => Some(Ended::DeadlineExceeded),
        "Failed" => Some(Ended::BackoffLimitExceeded),
        _ => None,
    })
}

/// Workloads that run without a record, with their UIDs: somebody removed the volume.
fn unrecorded(seen: &Seen) -> BTreeMap<ObjectId, String> {
    let lost = seen.pods.values().filter(|pod| !seen.records.contains_key(&pod.owner));
    lost.map(|pod| {
        let uid = pod.containers.values().find_map(|container| {
            let labels = &container.inspect["Config"]["Labels"];
            Some(labels[crate::pod::Label::OwnerUid.key()].as_str()?.to_owned())
        });
        (pod.owner.clone(), uid.unwrap_or_else(|| pod.uid.clone()))
    })
    .collect()
}

fn without_record(id: &ObjectId, uid: &str, selected: bool) -> LiveObject {
    let gvk = Gvk { group: id.group.clone(), version: "v1".to_owned(), kind: id.kind.clone() };
    let document = json!({
        "apiVersion": gvk.api_version(),
        "kind": id.kind,
        "metadata": {"name": id.name, "namespace": id.namespace, "uid": uid},
    });
    LiveObject {
        id: id.clone(),
        gvk,
        uid: uid.to_owned(),
        document: document.to_string().into_boxed_str(),
        selected,
        drift: Vec::new(),
    }
}

fn labels(document: &Value) -> BTreeMap<String, String> {
    let labels = document.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}
