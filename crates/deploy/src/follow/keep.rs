//! What a deploy leaves behind for whoever looks after the environment until the next one.

use std::{collections::BTreeMap, sync::Arc};

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
    /// The file of each object that was applied; empty where that is not known.
    pub files: BTreeMap<ObjectId, Arc<str>>,
    /// What the deploy wrote.
    pub written: Vec<ObjectId>,
}

/// What is left of a deploy.
pub(super) enum Left {
    /// The whole environment was deployed.
    Whole(Arc<Kept>),
    /// Single objects were corrected, and these written: what an earlier deploy left still holds.
    Alone(Vec<ObjectId>),
}
