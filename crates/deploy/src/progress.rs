//! What is told while a deploy runs.

use landfall_core::{object::ObjectId, order::Step, plan::Plan, rollout::Rollout};

/// Something that a user may want to see at once.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The target is read.
    Observing,
    /// The target is asked whether it would accept the changes.
    Checking {
        /// How many objects.
        total: usize,
    },
    /// Waits for another deploy to end.
    Waiting {
        /// Who runs it.
        holder: String,
    },
    /// The revision is older than the one that is live.
    GoingBack {
        /// The one that is live.
        live: String,
    },
    /// A step begins.
    Applying {
        /// The step.
        step: Step,
        /// How many objects.
        total: usize,
    },
    /// Objects are deleted.
    Pruning {
        /// How many.
        total: usize,
    },
    /// One more object of what runs now is done.
    Done {
        /// The object.
        id: ObjectId,
    },
    /// Everything is written; now the target is waited for.
    Watching {
        /// How many objects become live some time after they were written.
        total: usize,
    },
    /// How far an object is, whenever that has changed.
    Rollout(Box<Rollout>),
    /// Comes several times a second while something is waited for: whoever holds words back may say them now.
    StillWaiting,
    /// Something of the target cannot be seen.
    Blind {
        /// What, and why.
        message: String,
    },
    /// The target warns.
    Warning {
        /// The object.
        id: ObjectId,
        /// What it says.
        message: String,
    },
}

/// Who is told. Called from several tasks at once.
pub trait Progress: Send + Sync {
    /// Something happened.
    fn tell(&self, event: Event);

    /// The plan that will be carried out now.
    fn planned(&self, plan: &Plan);

    /// Whether the user wants to stop. What is under way is brought to its end, nothing new is begun.
    fn stop_requested(&self) -> bool {
        false
    }
}

/// Nobody is told.
pub struct Silent;

impl Progress for Silent {
    fn tell(&self, _: Event) {}
    fn planned(&self, _: &Plan) {}
}
