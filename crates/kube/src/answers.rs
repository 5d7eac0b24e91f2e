//! The objects that the server answered with, for whoever prints them. Nothing is kept unless somebody asks: an
//! environment may have thousands.

use std::{
    collections::BTreeMap,
    sync::{Mutex, OnceLock, PoisonError},
};

use landfall_core::object::ObjectId;

/// The last answer to a write of each object, be it a dry run or in earnest.
#[derive(Default)]
pub struct Answers {
    kept: OnceLock<Mutex<BTreeMap<ObjectId, Vec<u8>>>>,
}

impl Answers {
    /// From now on answers are kept.
    pub fn begin(&self) {
        self.kept.get_or_init(Mutex::default);
    }

    /// Whether somebody asked for them.
    pub fn are_kept(&self) -> bool {
        self.kept.get().is_some()
    }

    /// Keeps an answer, if somebody asked for them.
    pub fn keep(&self, id: &ObjectId, body: Vec<u8>) {
        if let Some(kept) = self.kept.get() {
            kept.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), body);
        }
    }

    /// Takes the answer out.
    pub fn take(&self, id: &ObjectId) -> Option<Vec<u8>> {
        self.kept.get()?.lock().unwrap_or_else(PoisonError::into_inner).remove(id)
    }
}
