//! The recorded objects that pods, claims and Services refer to.

use std::{collections::BTreeMap, sync::Arc};

use landfall_core::object::ObjectId;

use crate::{
    pod::Objects,
    record::{self, Record},
    rollout::Snapshot,
};

/// The kinds that others refer to.
const REFERRED: [&str; 6] =
    ["ConfigMap", "Secret", "PersistentVolumeClaim", "PersistentVolume", "Service", "ServiceAccount"];

/// All that may be referred to, as it is recorded.
pub fn objects(records: &BTreeMap<ObjectId, Record>) -> Objects {
    let mut objects = Objects::default();
    let is_referred = |id: &ObjectId| id.group.is_empty() && REFERRED.contains(&id.kind.as_str());
    for record in records.values().filter(|record| is_referred(&record.id) && !record::is_inventory(&record.id)) {
        objects.insert(record.shown(), record.id.namespace.as_deref().unwrap_or_default());
    }
    objects
}

/// The same, with an object that is about to be recorded.
pub fn with(records: &BTreeMap<ObjectId, Record>, new: &Record) -> Snapshot {
    let mut objects = objects(records);
    objects.insert(new.shown(), new.id.namespace.as_deref().unwrap_or_default());
    Arc::new(objects)
}

/// The Ingresses of an environment.
pub fn ingresses<'a>(
    records: &'a BTreeMap<ObjectId, Record>,
    environment: &'a str,
) -> impl Iterator<Item = &'a Record> {
    let is_ingress = |id: &ObjectId| id.group == "networking.k8s.io" && id.kind == "Ingress";
    records.values().filter(move |record| is_ingress(&record.id) && record.environment == environment)
}
