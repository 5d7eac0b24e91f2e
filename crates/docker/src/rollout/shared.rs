//! What all tasks of the rollouts share.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use landfall_core::object::ObjectId;
use tokio::sync::watch;

use super::{around::Around, images::Images, store::Store, tasks::Tasks};
use crate::reconcile::Ended;

/// What all tasks share.
pub struct Shared {
    /// What they work with.
    pub around: Around,
    /// The pods that there are.
    pub store: Store,
    /// The images that were pulled.
    pub images: Images,
    /// Pods that are being stopped.
    pub leaving: Tasks,
    /// Counts the writes of inventories.
    pub inventories: watch::Sender<u64>,
    /// Whether the tasks are to end.
    pub ending: watch::Sender<bool>,
    /// Whether the lock is lost.
    pub lost: watch::Sender<bool>,
    told: Mutex<BTreeMap<ObjectId, Told>>,
    warnings: Mutex<Warnings>,
}

/// What a workload's task says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The version that it asks for.
    pub version: String,
    /// Whether it made no progress for longer than it may (`progressDeadlineSeconds`).
    pub is_stuck: bool,
    /// How a Job ended.
    pub ended: Option<Ended>,
}

#[derive(Default)]
struct Warnings {
    all: BTreeSet<String>,
    new: Vec<String>,
}

impl Shared {
    /// Nothing is known yet.
    pub fn new(around: Around) -> Self {
        Self {
            around,
            store: Store::default(),
            images: Images::default(),
            leaving: Tasks::default(),
            inventories: watch::Sender::new(0),
            ending: watch::Sender::new(false),
            lost: watch::Sender::new(false),
            told: Mutex::default(),
            warnings: Mutex::default(),
        }
    }

    /// What a workload's task says; the default where none runs.
    pub fn told(&self, id: &ObjectId) -> Told {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned().unwrap_or_default()
    }

    /// Says something new of a workload.
    pub fn tell(&self, id: &ObjectId, told: Told) {
        let mut all = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = all.get(id) != Some(&told);
        all.insert(id.clone(), told);
        drop(all);
        if is_new {
            self.store.touch();
        }
    }

    /// The lock is lost: nothing is begun any more, and what is under way is given up.
    pub fn lose(&self) {
        if !self.lost.send_replace(true) {
            tracing::warn!("the deploy's agent is gone, and with it the lock");
            self.leaving.abort();
            self.store.touch();
        }
    }

    /// Something did not work that users should know; each is told once.
    pub fn warn(&self, warning: String) {
        tracing::warn!("{warning}");
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if warnings.all.insert(warning.clone()) {
            warnings.new.push(warning);
        }
        drop(warnings);
        self.store.touch();
    }

    /// The warnings since the last time.
    pub fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut self.warnings.lock().unwrap_or_else(PoisonError::into_inner).new)
    }
}
