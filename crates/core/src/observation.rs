//! What a target holds: which objects to ask it for, and what it answered.

use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry};

use serde_json::Value;

use crate::{
    catalog::{Catalog, ServedKind},
    desired::DesiredSet,
    inventory::Inventory,
    lean::Lean,
    object::{GroupKind, Gvk, ObjectId},
};

/// One LIST request: a kind, in one namespace or in the whole cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// The kind, in the version to read.
    pub kind: ServedKind,
    /// The namespace; `None` for a cluster-scoped kind.
    pub namespace: Option<String>,
}

/// One live object. Its document stays text until it is compared: with thousands of objects that spares most of the
/// memory.
#[derive(Debug, Clone)]
pub struct LiveObject {
    /// Its identity.
    pub id: ObjectId,
    /// The version in which it was read.
    pub gvk: Gvk,
    /// What tells it from an object of the same name before or after it.
    pub uid: String,
    /// The document, JSON.
    pub document: Box<str>,
    /// Whether the environment's selector selects it.
    pub selected: bool,
    /// What of the target does not match the document, a sentence without a full stop each: where a target keeps what
    /// was applied apart from what makes it true, somebody may have changed the latter. None where the target itself
    /// puts such things right, as a cluster's controllers do.
    pub drift: Vec<String>,
}

impl LiveObject {
    /// The document.
    ///
    /// # Errors
    /// Where the target answered with something that is no JSON.
    pub fn parse(&self) -> serde_json::Result<Value> {
        serde_json::from_str(&self.document)
    }

    /// The document without `metadata.managedFields`, in about half the time.
    ///
    /// # Errors
    /// Where the target answered with something that is no object.
    pub fn parse_without_managed_fields(&self) -> serde_json::Result<Value> {
        serde_json::from_str::<Lean>(&self.document).map(|Lean(document)| document)
    }
}

/// A kind that could not be read. What cannot be seen is not pruned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unseen {
    /// The kind, or `None` where a whole group could not be read.
    pub kind: GroupKind,
    /// The namespace in which it could not be read; `None` for all.
    pub namespace: Option<String>,
    /// Why, as the target says it.
    pub reason: String,
}

/// All that was seen of a target.
#[derive(Debug, Clone, Default)]
pub struct Observation {
    /// The objects that the selector selects, and the desired or recorded ones that it does not. By hash, since all are looked
    /// up several times: identities have much in common, and a tree would compare a dozen of them each time.
    pub live: HashMap<ObjectId, LiveObject>,
    /// The kinds that could not be read.
    pub unseen: Vec<Unseen>,
}

/// Which lists a deploy needs: every kind of the revision, and to prune every kind that the target serves, in every
/// namespace that the environment has or had.
///
/// The kinds of the inventory would not do: whatever somebody applied with kubectl since it was written, of whatever
/// kind, is the environment's, too, and goes when the revision does not have it. A list of nothing costs next to
/// nothing.
pub fn list_queries(
    desired: &DesiredSet,
    inventory: Option<&Inventory>,
    catalog: &Catalog,
    default_namespace: &str,
    prune: bool,
) -> Vec<ListQuery> {
    let mut kinds: BTreeMap<GroupKind, BTreeSet<&Gvk>> = BTreeMap::new();
    for object in desired.objects.iter().filter(|object| !object.pending_kind) {
        kinds.entry(object.id.group_kind()).or_default().insert(&object.gvk);
    }
    if prune {
        kinds.extend_missing(catalog.kinds().filter(|kind| kind.prunable));
    }
    let mut namespaces = desired.namespaces();
    if prune {
        namespaces.extend(inventory.into_iter().flat_map(Inventory::namespaces));
        namespaces.insert(default_namespace.to_owned());
    }
    let mut queries = Vec::new();
    for kind in kinds.values().flatten().filter_map(|gvk| catalog.get(gvk)) {
        if kind.namespaced {
            queries.extend(namespaces.iter().map(|n| ListQuery { kind: kind.clone(), namespace: Some(n.clone()) }));
        } else {
            queries.push(ListQuery { kind: kind.clone(), namespace: None });
        }
    }
    queries
}

trait ExtendMissing<'a> {
    fn extend_missing(&mut self, kinds: impl Iterator<Item = &'a ServedKind>);
}

impl<'a> ExtendMissing<'a> for BTreeMap<GroupKind, BTreeSet<&'a Gvk>> {
    /// Adds kinds that are not there yet in any version: reading one object in two versions would only cost time.
    fn extend_missing(&mut self, kinds: impl Iterator<Item = &'a ServedKind>) {
        for kind in kinds {
            self.entry(kind.gvk.group_kind()).or_insert_with(|| BTreeSet::from([&kind.gvk]));
        }
    }
}

impl Observation {
    /// Adds an object. Where one object was read in two versions, the one in the manifest's version stays.
    pub fn add(&mut self, object: LiveObject, wanted: Option<&Gvk>) {
        match self.live.entry(object.id.clone()) {
            Entry::Occupied(mut known) => {
                if wanted.is_some_and(|gvk| known.get().gvk != *gvk) {
                    known.insert(object);
                }
            }
            Entry::Vacant(place) => _ = place.insert(object),
        }
    }

    /// Notes a kind that could not be read, once.
    pub fn add_unseen(&mut self, unseen: Unseen) {
        let is_known = |known: &Unseen| {
            known.kind == unseen.kind && (known.namespace.is_none() || known.namespace == unseen.namespace)
        };
        if !self.unseen.iter().any(is_known) {
            self.unseen.push(unseen);
            self.unseen.sort();
        }
    }

    /// Notes the kinds of an inventory that the target names but cannot serve now: nothing asks for them, but their
    /// objects are there.
    pub fn add_unserved(&mut self, inventory: &Inventory, catalog: &Catalog) {
        for kind in inventory.kinds().into_iter().filter(|kind| catalog.preferred(kind).is_none()) {
            if let Some(unserved) = catalog.unserved().iter().find(|unserved| unserved.group == kind.group) {
                self.add_unseen(Unseen { kind, namespace: None, reason: unserved.reason.clone() });
            }
        }
    }

    /// Why a kind was not seen in a namespace, if so.
    pub fn blindness(&self, id: &ObjectId) -> Option<&Unseen> {
        self.unseen.iter().find(|unseen| {
            unseen.kind == id.group_kind() && (unseen.namespace.is_none() || unseen.namespace == id.namespace)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::UnservedGroup;

    #[test]
    fn a_recorded_kind_that_is_not_served_now_is_not_seen() {
        let widget = ObjectId {
            group: "example.com".into(),
            kind: "Widget".into(),
            namespace: Some("prod".into()),
            name: "one".into(),
        };
        let gone = ObjectId { group: "gone.example.com".into(), ..widget.clone() };
        let objects = BTreeMap::from([(widget.clone(), None), (gone.clone(), None)]);
        let inventory = Inventory { objects, ..Inventory::default() };
        let mut catalog = Catalog::default();
        let reason = "the service does not answer".to_owned();
        catalog.add_unserved(UnservedGroup { group: "example.com".into(), version: "v1".into(), reason });
        let mut observation = Observation::default();
        observation.add_unserved(&inventory, &catalog);
        observation.add_unserved(&inventory, &catalog);
        assert_eq!(observation.unseen.len(), 1);
        assert_eq!(
            observation.blindness(&widget).map(|unseen| unseen.reason.as_str()),
            Some("the service does not answer")
        );
        assert_eq!(observation.blindness(&gone), None, "a definition that was deleted took its objects with it");
    }
}
