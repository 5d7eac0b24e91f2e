//! The pods of an environment, shared by all who look at them and change them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use landfall_core::object::ObjectId;
use tokio::sync::watch;

use super::pods::PodState;

/// The pods by their UIDs, and a number that counts their changes.
pub struct Store {
    pods: Mutex<BTreeMap<String, PodState>>,
    changes: watch::Sender<u64>,
}

impl Default for Store {
    fn default() -> Self {
        Self { pods: Mutex::default(), changes: watch::Sender::new(0) }
    }
}

impl Store {
    /// Looks at the pods.
    pub fn look<T>(&self, look: impl FnOnce(&BTreeMap<String, PodState>) -> T) -> T {
        look(&self.pods.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes pods, and wakes who waits for a change.
    pub fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<String, PodState>) -> T) -> T {
        let result = change(&mut self.pods.lock().unwrap_or_else(PoisonError::into_inner));
        self.touch();
        result
    }

    /// Changes one pod, if it is there.
    pub fn change_pod<T>(&self, uid: &str, change: impl FnOnce(&mut PodState) -> T) -> Option<T> {
        self.change(|pods| pods.get_mut(uid).map(change))
    }

    /// One pod.
    pub fn pod(&self, uid: &str) -> Option<PodState> {
        self.look(|pods| pods.get(uid).cloned())
    }

    /// The pods of a workload, by their names.
    pub fn of(&self, owner: &ObjectId) -> Vec<PodState> {
        let mut pods: Vec<PodState> =
            self.look(|pods| pods.values().filter(|pod| pod.owner == *owner).cloned().collect());
        pods.sort_by(|a, b| a.name.cmp(&b.name));
        pods
    }

    /// Wakes who waits, without a change of a pod.
    pub fn touch(&self) {
        self.changes.send_modify(|number| *number = number.wrapping_add(1));
    }

    /// Tells of changes from now on.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Waits until something that is looked for is there.
    pub async fn until<T>(&self, mut found: impl FnMut(&BTreeMap<String, PodState>) -> Option<T>) -> T {
        let mut changes = self.subscribe();
        loop {
            if let Some(found) = self.look(&mut found) {
                return found;
            }
            if changes.changed().await.is_err() {
                // The sender is part of the store: whoever waits holds it.
                std::future::pending::<()>().await;
            }
        }
    }
}
