//! What is live.

use landfall_core::object::ObjectId;
use serde::{Deserialize, Serialize};

use crate::{deploy::Deploy, id::DeployId, time::Time};

/// A workload with the images that are live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// The workload.
    pub workload: ObjectId,
    /// Since when it is live as it is, images and settings; `None` if since before the journal's first entry of it.
    pub since: Option<Time>,
    /// The deploy that made it so.
    pub deploy: Option<DeployId>,
    /// The revision that made it so.
    pub revision: Option<String>,
    /// Its containers' images, by container.
    pub images: Vec<ServiceImage>,
}

/// An image that is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceImage {
    /// The container.
    pub container: String,
    /// The image.
    pub image: String,
    /// The digest that really runs, if known.
    pub digest: Option<String>,
    /// Since when this image is live; `None` if since before the journal's first entry of it.
    pub since: Option<Time>,
    /// The deploy that brought this image.
    pub deploy: Option<DeployId>,
    /// The revision that brought this image.
    pub revision: Option<String>,
}

/// What was live at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LiveAt {
    /// The moment.
    pub at: Time,
    /// The deploy that was the last to succeed by then: its outcome is `live`, or `applied` if nobody waited.
    pub deploy: Option<Deploy>,
    /// Each workload as it was live then.
    pub services: Vec<Service>,
}
