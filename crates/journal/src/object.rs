//! What a deploy does to objects and to images.

use landfall_core::object::ObjectId;
use serde::{Deserialize, Serialize};

use crate::{
    time::Time,
    words::{ObjectAction, ObjectState},
};

/// What a deploy is going to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewPlan {
    /// The revision that the target has until now, from its inventory.
    pub previous_revision: Option<String>,
    /// Whether `previous_revision` is newer than the one that is deployed, and no revert commit says so.
    pub is_older: bool,
    /// The objects that are written or kept on purpose, in order. Unchanged ones are not passed.
    pub changes: Vec<NewChange>,
    /// The images of **all** workloads of the revision, the unchanged ones too (`before` equals `after`): from them the
    /// journal knows what ran before its first entry. Only changed ones become part of the deploy's record.
    pub images: Vec<NewImage>,
}

/// What is going to happen to one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// The object.
    pub object: ObjectId,
    /// What happens to it.
    pub action: ObjectAction,
    /// What changes, in short: names of fields, or why it is kept. **Never a value of a Secret.**
    pub fields: String,
    /// Where its manifest stands: `base/web.yaml:3`.
    pub place: Option<String>,
}

/// The image of a workload's container, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewImage {
    /// The workload.
    pub workload: ObjectId,
    /// The container, which may be an init container.
    pub container: String,
    /// The live image; `None` where there is none yet.
    pub before: Option<String>,
    /// The desired image; `None` where the workload or the container goes.
    pub after: Option<String>,
}

/// What really runs, as the target says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RanDigest {
    /// The workload.
    pub workload: ObjectId,
    /// The container.
    pub container: String,
    /// The digest, `sha256:...`.
    pub digest: String,
}

/// What happened to one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectChange {
    /// The object.
    pub object: ObjectId,
    /// What was to happen to it.
    pub action: ObjectAction,
    /// What changes, in short.
    pub fields: String,
    /// Where its manifest stands.
    pub place: Option<String>,
    /// Whether it happened.
    pub state: ObjectState,
    /// When it was written; `None` where its process was killed before it could say so.
    pub at: Option<Time>,
    /// Why it could not be written.
    pub error: Option<String>,
}

/// An image that a deploy changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageChange {
    /// The workload.
    pub workload: ObjectId,
    /// The container.
    pub container: String,
    /// The image before; `None` where there was none.
    pub before: Option<String>,
    /// The image after; `None` where the workload or the container went.
    pub after: Option<String>,
    /// The digest that really ran, once known.
    pub digest: Option<String>,
}
