//! What on the engine does not match the records: somebody removed, stopped, replaced or changed it by hand, or a
//! Landfall was killed between a record and what makes it true. Pure: no I/O, no clock.

mod container;
mod noticing;
mod workload;

use std::collections::BTreeSet;

pub use noticing::Noticing;
pub use workload::of_workload;

/// What was found of a workload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// Sentences without a full stop.
    pub sentences: Vec<String>,
    /// The UIDs of pods that must be replaced: what was changed of them cannot be changed back.
    pub spoiled: BTreeSet<String>,
    /// The ids of containers that were paused.
    pub paused: BTreeSet<String>,
}

impl Drift {
    /// Adds a sentence without a full stop.
    pub fn say(&mut self, sentence: impl Into<String>) {
        self.sentences.push(sentence.into());
    }
}
