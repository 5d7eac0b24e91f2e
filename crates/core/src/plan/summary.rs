//! A plan in numbers.

use std::fmt;

use serde::Serialize;

use super::{Action, Plan};

/// How many objects a plan creates, changes, and so on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Created.
    pub create: usize,
    /// Changed.
    pub update: usize,
    /// Deleted and created again.
    pub replace: usize,
    /// Recorded as desired, but made true anew.
    pub repair: usize,
    /// Deleted because the revision does not have them.
    pub prune: usize,
    /// As desired.
    pub unchanged: usize,
    /// Not in the revision, but left.
    pub keep: usize,
}

impl Totals {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut totals = Self::default();
        for item in &plan.items {
            let count = match item.action {
                Action::Create { .. } => &mut totals.create,
                Action::Update { .. } => &mut totals.update,
                Action::Replace { .. } => &mut totals.replace,
                Action::Repair { .. } => &mut totals.repair,
                Action::Prune => &mut totals.prune,
                Action::Unchanged => &mut totals.unchanged,
                Action::Keep(_) => &mut totals.keep,
            };
            *count += 1;
        }
        totals
    }
}

impl Totals {
    /// What was done: `2 created, 1 updated, 36 unchanged`.
    pub fn done(&self) -> String {
        self.in_words(["created", "updated", "replaced", "repaired", "pruned"])
    }

    fn in_words(&self, words: [&str; 5]) -> String {
        let [create, update, replace, repair, prune] = words;
        let parts = [
            (self.create, create),
            (self.update, update),
            (self.replace, replace),
            (self.repair, repair),
            (self.prune, prune),
            (self.keep, "kept"),
            (self.unchanged, "unchanged"),
        ];
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        if parts.is_empty() { "no objects".to_owned() } else { parts.join(", ") }
    }
}

impl fmt::Display for Totals {
    /// `2 to create, 1 to update, 36 unchanged`: what is none is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(["to create", "to update", "to replace", "to repair", "to prune"]))
    }
}
