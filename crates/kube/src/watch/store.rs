//! What all watches have delivered. Holds state, does no I/O.

use std::collections::{BTreeMap, HashMap};

use landfall_core::object::ObjectId;
use serde_json::Value;

/// One watch: all objects of one kind, in one namespace or in all.
pub type FeedId = usize;

/// Namespace (empty where there is none) and name.
type Key = (String, String);

/// A change that a watch tells.
#[derive(Debug)]
pub enum Change {
    /// All objects that there are: at the start, and whenever the watch had to begin anew.
    All(Vec<Value>),
    /// One was added or changed.
    Applied(Value),
    /// One is gone.
    Deleted(Value),
    /// Nothing can be seen, for this reason.
    Blind {
        /// The HTTP status, 0 where the server was not reached.
        code: u16,
        /// Why.
        reason: String,
    },
}

/// The objects of all watches.
#[derive(Debug, Default)]
pub struct Store {
    feeds: BTreeMap<FeedId, Feed>,
    /// Whether something has changed since the last look.
    changed: bool,
}

#[derive(Debug, Default)]
struct Feed {
    objects: HashMap<Key, Value>,
    /// The last state of Jobs that are gone: one that its controller has removed was live before.
    gone: HashMap<Key, Value>,
    begun: bool,
    blind: Option<String>,
    told: bool,
}

impl Store {
    /// Takes in what a watch tells.
    pub fn apply(&mut self, feed: FeedId, change: Change) {
        self.changed = true;
        let feed = self.feeds.entry(feed).or_default();
        match change {
            Change::All(objects) => {
                let before = std::mem::take(&mut feed.objects);
                feed.objects = objects.into_iter().map(|object| (key(&object), object)).collect();
                let gone = before.into_iter().filter(|(key, object)| is_job(object) && !feed.objects.contains_key(key));
                feed.gone.extend(gone);
                (feed.begun, feed.blind, feed.told) = (true, None, false);
            }
            Change::Applied(object) => {
                let key = key(&object);
                feed.gone.remove(&key);
                feed.objects.insert(key, object);
            }
            Change::Deleted(object) => {
                let key = key(&object);
                feed.objects.remove(&key);
                if is_job(&object) {
                    feed.gone.insert(key, object);
                }
            }
            // The kind may still be on its way: its definition is part of the revision.
            Change::Blind { code: 404, .. } => feed.begun = true,
            Change::Blind { reason, .. } => {
                feed.begun = true;
                feed.blind = Some(reason);
            }
        }
    }

    /// Whether so many watches have told what there is, or that they cannot.
    pub fn has_begun(&self, feeds: usize) -> bool {
        self.feeds.values().filter(|feed| feed.begun).count() >= feeds
    }

    /// Whether something has changed since this was last asked.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// An object as it is now.
    pub fn get(&self, feed: FeedId, id: &ObjectId) -> Option<&Value> {
        self.feeds.get(&feed)?.objects.get(&key_of(id))
    }

    /// The last state of a Job that is gone.
    pub fn last_seen(&self, feed: FeedId, id: &ObjectId) -> Option<&Value> {
        self.feeds.get(&feed)?.gone.get(&key_of(id))
    }

    /// Why a watch sees nothing now.
    pub fn blind(&self, feed: FeedId) -> Option<&str> {
        self.feeds.get(&feed)?.blind.as_deref()
    }

    /// The watches that see nothing and for which nobody was told so yet, with the reasons.
    pub fn newly_blind(&mut self) -> Vec<(FeedId, String)> {
        let untold = self.feeds.iter_mut().filter(|(_, feed)| feed.blind.is_some() && !feed.told);
        untold
            .map(|(id, feed)| {
                feed.told = true;
                (*id, feed.blind.clone().unwrap_or_default())
            })
            .collect()
    }

    /// The objects of one watch.
    pub fn objects_of(&self, feed: FeedId) -> impl Iterator<Item = &Value> {
        self.feeds.get(&feed).into_iter().flat_map(|feed| feed.objects.values())
    }

    /// All objects.
    pub fn objects(&self) -> impl Iterator<Item = &Value> {
        self.feeds.values().flat_map(|feed| feed.objects.values())
    }
}

fn is_job(object: &Value) -> bool {
    object.get("kind").and_then(Value::as_str) == Some("Job")
}

fn key(object: &Value) -> Key {
    let text = |path: &str| object.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    (text("/metadata/namespace"), text("/metadata/name"))
}

fn key_of(id: &ObjectId) -> Key {
    (id.namespace.clone().unwrap_or_default(), id.name.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id(name: &str) -> ObjectId {
        ObjectId { group: "batch".into(), kind: "Job".into(), namespace: Some("prod".into()), name: name.into() }
    }

    fn job(name: &str, version: u32) -> Value {
        json!({"kind": "Job", "metadata": {"namespace": "prod", "name": name, "resourceVersion": version}})
    }

    #[test]
    fn what_was_missed_during_a_gap_is_noticed() {
        let mut store = Store::default();
        assert!(!store.has_begun(1));
        store.apply(0, Change::All(vec![job("a", 1), job("b", 1)]));
        assert!(store.has_begun(1) && store.take_changed() && !store.take_changed());
        store.apply(0, Change::Applied(job("a", 2)));
        assert_eq!(store.get(0, &id("a")), Some(&job("a", 2)));
        store.apply(0, Change::All(vec![job("b", 3)]));
        assert_eq!((store.get(0, &id("a")), store.last_seen(0, &id("a"))), (None, Some(&job("a", 2))));
        store.apply(0, Change::Applied(job("a", 4)));
        assert_eq!(store.last_seen(0, &id("a")), None, "it is there again");
        store.apply(0, Change::Deleted(job("b", 5)));
        assert_eq!(store.last_seen(0, &id("b")), Some(&job("b", 5)));
        assert_eq!(store.objects().count(), 1);
    }

    #[test]
    fn blindness_is_told_once_until_it_sees_again() {
        let mut store = Store::default();
        let forbidden = || Change::Blind { code: 403, reason: "pods is forbidden".into() };
        store.apply(0, Change::Blind { code: 404, reason: "not found".into() });
        assert!(store.has_begun(1) && store.newly_blind().is_empty(), "its definition is to come");
        store.apply(0, forbidden());
        assert_eq!(store.newly_blind(), [(0, "pods is forbidden".to_owned())]);
        store.apply(0, forbidden());
        assert!(store.newly_blind().is_empty());
        assert_eq!(store.blind(0), Some("pods is forbidden"));
        store.apply(0, Change::All(Vec::new()));
        assert_eq!(store.blind(0), None);
    }
}
