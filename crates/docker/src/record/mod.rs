//! What is desired, recorded on the engine itself: each object is a *record*, as etcd holds it for a cluster.
//!
//! A record is an empty volume whose labels hold the object. Volumes outlive containers and restarts of the engine, are
//! read by one request, and their names are unique, which makes creating one a compare-and-swap: the name ends with the
//! record's version, labels never change, and a new version is a new volume. Of two versions the higher one counts.
//!
//! What makes a record true, the containers, is made after it was written. Whoever is killed in between leaves what the
//! next run sees as drift and repairs.

mod cache;
mod inventory;
mod label;
mod name;
mod next;
mod store;

use landfall_core::{
    object::{Gvk, ObjectId},
    observation::LiveObject,
};
use serde_json::{Value, json};

pub use cache::Records;
pub use inventory::{id as inventory_id, is_inventory, latest, read as read_inventories, write as write_inventory};
pub use label::Damaged;
pub use name::key;
pub use next::next;
pub use store::{is_record, of_volumes, outdated, read_all, remove, seconds, write};

/// One object as it is recorded.
#[derive(Clone, PartialEq)]
pub struct Record {
    /// Its identity.
    pub id: ObjectId,
    /// The version of its kind in which it was written.
    pub gvk: Gvk,
    /// The environment that wrote it, as the label of all that is its own has it.
    pub environment: String,
    /// What tells it from an object of the same name before or after it.
    pub uid: String,
    /// How often what it asks for has changed, from 1.
    pub generation: i64,
    /// How often it was written, from 1: its version.
    pub version: u64,
    /// When it was created, RFC 3339 in whole seconds by the engine's clock.
    pub created: String,
    /// When this version was written, likewise; empty before it is.
    pub written: String,
    /// The object as it was applied, with the last-applied annotation, without what the target adds.
    pub document: Value,
}

impl Record {
    /// The first version of an object.
    pub fn new(id: ObjectId, gvk: Gvk, environment: &str, document: Value, now: String) -> Self {
        let (uid, environment) = (uid(), environment.to_owned());
        Self { id, gvk, environment, uid, generation: 1, version: 1, created: now, written: String::new(), document }
    }

    /// The next version, with another document.
    pub fn next(&self, gvk: Gvk, document: Value) -> Self {
        let asks_anew = without_metadata(&self.document) != without_metadata(&document);
        Self {
            gvk,
            generation: self.generation + i64::from(asks_anew),
            version: self.version + 1,
            written: String::new(),
            document,
            ..self.clone()
        }
    }

    /// The object as an API server would show it, without its status.
    pub fn shown(&self) -> Value {
        let mut document = self.document.clone();
        if let Some(object) = document.as_object_mut() {
            object.insert("apiVersion".to_owned(), self.gvk.api_version().into());
            object.insert("kind".to_owned(), self.gvk.kind.clone().into());
            let metadata = object.entry("metadata").or_insert_with(|| json!({}));
            metadata["uid"] = self.uid.clone().into();
            metadata["generation"] = self.generation.into();
            metadata["resourceVersion"] = self.version.to_string().into();
            metadata["creationTimestamp"] = self.created.clone().into();
            if let Some(namespace) = &self.id.namespace {
                metadata["namespace"] = namespace.clone().into();
            }
        }
        document
    }

    /// As it is observed.
    pub fn live(&self, document: &Value, selected: bool, drift: Vec<String>) -> LiveObject {
        LiveObject {
            id: self.id.clone(),
            gvk: self.gvk.clone(),
            uid: self.uid.clone(),
            document: document.to_string().into_boxed_str(),
            selected,
            drift,
        }
    }
}

/// What the API server leaves out when it counts generations.
fn without_metadata(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(object) = document.as_object_mut() {
        object.remove("metadata");
        object.remove("status");
    }
    document
}

/// A UID in the form of RFC 9562, as Kubernetes has them.
pub fn uid() -> String {
    let random = ulid::Ulid::generate().0;
    // Version 8: ours to define; the time of a ULID comes first, so that they are never the same.
    let number = (random & !(0xf << 76) & !(0x3 << 62)) | (0x8 << 76) | (0x2 << 62);
    let hex = format!("{number:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

impl std::fmt::Debug for Record {
    /// Without the document, which may hold secret values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record").field("id", &self.id).field("uid", &self.uid).field("version", &self.version).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_an_object_asks_for_counts_as_a_generation() {
        let id = ObjectId {
            group: String::new(),
            kind: "ConfigMap".into(),
            namespace: Some("prod".into()),
            name: "a".into(),
        };
        let gvk = Gvk::new("v1", "ConfigMap");
        let document =
            |label: &str, data: &str| json!({"metadata": {"name": "a", "labels": {"x": label}}, "data": {"k": data}});
        let first = Record::new(id, gvk.clone(), "e", document("1", "1"), "2026-11-25T09:00:00Z".into());
        let labelled = first.next(gvk.clone(), document("2", "1"));
        let changed = labelled.next(gvk, document("2", "2"));
        let numbers = |record: &Record| (record.version, record.generation);
        assert_eq!([numbers(&first), numbers(&labelled), numbers(&changed)], [(1, 1), (2, 1), (3, 2)]);
        assert_eq!(first.uid, changed.uid);
        assert_eq!(changed.shown()["metadata"]["resourceVersion"], "3");
    }

    #[test]
    fn a_uid_has_the_usual_form() {
        let uid = uid();
        let lengths: Vec<usize> = uid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(uid.as_bytes()[14], b'8');
        assert_ne!(uid, super::uid());
    }
}
