//! Why a deploy did not end.

use landfall_core::object::ObjectId;
use thiserror::Error;

use crate::{plan::PlanError, target::TargetError};

/// Why a deploy did not end.
#[derive(Debug, Error)]
pub enum DeployError {
    /// There is no plan. Nothing was written.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The target did not answer while the deploy was being prepared. Nothing was written.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Some changes failed; what came before is done, what would come after was not begun.
    #[error("{} of {total} changes failed, {done} done, {}", .failed.len(), pruned_in_words(*.pruned))]
    Partial {
        /// Those that failed.
        failed: Vec<Failure>,
        /// How many are done.
        done: usize,
        /// How many of them are deletions: none unless everything was applied.
        pruned: usize,
        /// How many there were.
        total: usize,
    },
    /// The journal cannot be used. What was to be written to the target is written, unless the message says otherwise.
    #[error("{error}; {}", if *.nothing_written { "nothing was deployed" } else { "the deploy itself went on to its end" })]
    Journal {
        /// Why.
        error: landfall_journal::Error,
        /// Whether that was before the deploy began.
        nothing_written: bool,
    },
    /// The user stopped it.
    #[error("Stopped after {done} of {total} changes, {}. Deploy again to go on", pruned_in_words(*.pruned))]
    Stopped {
        /// How many changes are done.
        done: usize,
        /// How many of them are deletions.
        pruned: usize,
        /// How many there were.
        total: usize,
    },
    /// The lock was lost, so that another deploy may be running.
    #[error(
        "The lock of the environment was lost after {done} of {total} changes: the target was out of reach for too long. Deploy again to go on"
    )]
    LockLost {
        /// How many changes are done.
        done: usize,
        /// How many there were.
        total: usize,
    },
}

fn pruned_in_words(pruned: usize) -> String {
    if pruned == 0 { "nothing was pruned".to_owned() } else { format!("{pruned} pruned") }
}

/// One change that failed.
#[derive(Debug)]
pub struct Failure {
    /// The object.
    pub id: ObjectId,
    /// Where its manifest stands.
    pub place: Option<String>,
    /// Why.
    pub error: TargetError,
}
