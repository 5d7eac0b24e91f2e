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
                Action::Prune => &mut totals.prune,
                Action::Unchanged => &mut totals.unchanged,
                Action::Keep(_) => &mut totals.keep,
            };
            *count += 1;
        }
        totals
    }
}

impl fmt::Display for Totals {
    /// `2 to create, 1 to update, 36 unchanged`: what is none is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.create, "to create"),
            (self.update, "to update"),
            (self.replace, "to replace"),
            (self.prune, "to prune"),
            (self.keep, "kept"),
            (self.unchanged, "unchanged"),
        ];
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        f.write_str(if parts.is_empty() { "nothing" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}
