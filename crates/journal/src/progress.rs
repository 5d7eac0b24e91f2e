//! A workload's way to live.

use landfall_core::{health::HealthState, object::ObjectId};
use serde::{Deserialize, Serialize};

use crate::time::Time;

/// How far a workload is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRollout {
    /// The workload.
    pub workload: ObjectId,
    /// How far it is.
    pub state: HealthState,
    /// Ready pods of the new version, where it has pods.
    pub ready: Option<i64>,
    /// Wanted pods.
    pub total: Option<i64>,
    /// Why it is not live, or what it is.
    pub sentence: String,
    /// When this was seen; the first one counts as the start.
    pub at: Time,
    /// When the target itself says that it was ready, if it is live; else `at` counts.
    pub live: Option<Time>,
}

/// How far a workload got in a deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordedRollout)]
pub struct Rollout {
    /// The workload.
    pub workload: ObjectId,
    /// How far it got.
    pub state: HealthState,
    /// Ready pods of the new version, where it has pods.
    pub ready: Option<i64>,
    /// Wanted pods.
    pub total: Option<i64>,
    /// Why it is not live, or what it is.
    pub sentence: String,
    /// When it was first seen.
    pub started: Time,
    /// When it was last seen.
    pub updated: Time,
    /// When it was live for the first time in this deploy.
    pub live: Option<Time>,
}
