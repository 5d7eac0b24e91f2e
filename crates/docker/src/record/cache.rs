//! The records as they were read last and written since.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use landfall_core::object::ObjectId;

use super::Record;

/// The records, shared by all who read and write them.
#[derive(Default)]
pub struct Records {
    records: Mutex<Arc<BTreeMap<ObjectId, Record>>>,
}

impl Records {
    /// All as they are now; later changes do not show in it.
    pub fn all(&self) -> Arc<BTreeMap<ObjectId, Record>> {
        Arc::clone(&self.records.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One of them.
    pub fn get(&self, id: &ObjectId) -> Option<Record> {
        self.all().get(id).cloned()
    }

    /// Takes what was read.
    pub fn set(&self, records: BTreeMap<ObjectId, Record>) {
        *self.records.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(records);
    }

    /// Takes what was written.
    pub fn put(&self, record: Record) {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut records).insert(record.id.clone(), record);
    }

    /// Forgets what was removed.
    pub fn forget(&self, id: &ObjectId) {
        Arc::make_mut(&mut self.records.lock().unwrap_or_else(PoisonError::into_inner)).remove(id);
    }
}
