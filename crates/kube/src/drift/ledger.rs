//! What does not match what was applied. Holds state, does no I/O.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use landfall_core::{
    drift::{Applied, Seen, look},
    object::{Gvk, ObjectId},
};
use landfall_deploy::target::{DriftSight, Drifted};
use serde_json::Value;

use super::feeds::DriftFeed;

/// All watches of an environment.
pub struct Ledger {
    applied: Arc<BTreeMap<ObjectId, (Gvk, Applied)>>,
    feeds: Vec<Feed>,
    drifted: BTreeMap<ObjectId, Vec<String>>,
    /// Of objects of server-side apply: what they were when they were first seen.
    contents: HashMap<ObjectId, u64>,
    mended: u64,
    warnings: Vec<String>,
    has_changed: bool,
}

struct Feed {
    gvk: Gvk,
    objects: BTreeSet<ObjectId>,
    /// Those that a list in progress has not shown yet.
    missing: Option<BTreeSet<ObjectId>>,
    has_begun: bool,
    told: bool,
}

impl Ledger {
    /// Nothing was seen yet.
    pub fn new(feeds: &[DriftFeed], applied: Arc<BTreeMap<ObjectId, (Gvk, Applied)>>) -> Self {
        let feed = |feed: &DriftFeed| Feed {
            gvk: feed.query.kind.gvk.clone(),
            objects: feed.objects.clone(),
            missing: None,
            has_begun: false,
            told: false,
        };
        Self {
            applied,
            feeds: feeds.iter().map(feed).collect(),
            drifted: BTreeMap::new(),
            contents: HashMap::new(),
            mended: 0,
            warnings: Vec::new(),
            // Without any object there is nothing to wait for.
            has_changed: true,
        }
    }

    /// A list of all objects begins.
    pub fn begin(&mut self, feed: usize) {
        if let Some(feed) = self.feeds.get_mut(feed) {
            feed.missing = Some(feed.objects.clone());
        }
    }

    /// A list has ended: what it did not show is not there.
    pub fn end(&mut self, feed: usize) {
        let Some(feed) = self.feeds.get_mut(feed) else { return };
        self.has_changed |= !feed.has_begun;
        feed.has_begun = true;
        for id in feed.missing.take().unwrap_or_default() {
            self.set(id, gone());
        }
    }

    /// An object as it is now, with its managed fields.
    pub fn see(&mut self, feed: usize, live: &Value) {
        let Some(feed) = self.feeds.get_mut(feed) else { return };
        let id = identity(&feed.gvk, live);
        if let Some(missing) = &mut feed.missing {
            missing.remove(&id);
        }
        let Some((gvk, applied)) = self.applied.get(&id) else { return };
        let drift = match look(gvk, *applied, live) {
            Seen::AsApplied => Vec::new(),
            Seen::Drifted(sentences) => sentences,
            Seen::Content(content) => match *self.contents.entry(id.clone()).or_insert(content) == content {
                true => Vec::new(),
                false => vec!["it was changed".to_owned()],
            },
        };
        self.set(id, drift);
    }

    /// An object is not there any more, or has lost the environment's label.
    pub fn gone(&mut self, feed: usize, last: &Value) {
        let Some(feed) = self.feeds.get(feed) else { return };
        let id = identity(&feed.gvk, last);
        if self.applied.contains_key(&id) {
            self.set(id, gone());
        }
    }

    /// Nothing can be seen by a watch.
    pub fn blind(&mut self, feed: usize, reason: String) {
        let Some(feed) = self.feeds.get_mut(feed) else { return };
        if !feed.told {
            feed.told = true;
            self.warnings.push(format!("changes of {} by others cannot be seen: {reason}", feed.gvk.kind));
            self.has_changed = true;
        }
        // The others are told without it.
        self.has_changed |= !feed.has_begun;
        feed.has_begun = true;
    }

    /// Whether there is something to tell.
    pub fn has_changed(&self) -> bool {
        self.has_changed && self.feeds.iter().all(|feed| feed.has_begun)
    }

    /// Everything that does not match, if that is not what was told last.
    pub fn take_sight(&mut self) -> Option<DriftSight> {
        if !self.has_changed() {
            return None;
        }
        self.has_changed = false;
        let drifted = self.drifted.iter();
        let drifted = drifted.map(|(object, drift)| Drifted { object: object.clone(), drift: drift.clone() });
        let by_content = self.drifted.keys().any(|object| self.contents.contains_key(object));
        let warnings = std::mem::take(&mut self.warnings);
        Some(DriftSight { drifted: drifted.collect(), mended: self.mended, by_content, warnings })
    }

    fn set(&mut self, id: ObjectId, drift: Vec<String>) {
        let before = if drift.is_empty() {
            self.drifted.remove(&id).unwrap_or_default()
        } else {
            self.drifted.insert(id, drift.clone()).unwrap_or_default()
        };
        self.has_changed |= before != drift;
        self.mended += u64::from(drift.is_empty() && !before.is_empty());
    }
}

fn gone() -> Vec<String> {
    vec!["it was deleted, or has lost the environment's label".to_owned()]
}

fn identity(gvk: &Gvk, live: &Value) -> ObjectId {
    let text = |path: &str| live.pointer(path).and_then(Value::as_str).map(str::to_owned);
    ObjectId {
        group: gvk.group.clone(),
        kind: gvk.kind.clone(),
        namespace: text("/metadata/namespace").filter(|namespace| !namespace.is_empty()),
        name: text("/metadata/name").unwrap_or_default(),
    }
}
