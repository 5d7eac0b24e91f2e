//! What a deploy leaves behind for whoever looks after the environment until the next one.

use landfall_core::object::ObjectId;

use crate::{
    config::DriftMode,
    environment::EnvironmentKey,
    target::{DriftRequest, Target},
};

/// A target, and what was applied there.
pub(super) struct Kept {
    pub target: Box<dyn Target>,
    pub key: EnvironmentKey,
    /// Who does it, for the lock.
    pub holder: String,
    /// What to do about changes by others.
    pub mode: DriftMode,
    /// In what to notice them; `None` where it is not known what was applied.
    pub drift: Option<DriftRequest>,
    /// What the deploy wrote.
    pub written: Vec<ObjectId>,
}
