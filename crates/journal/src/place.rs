//! Where deploys go.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An environment on a target: what two journals, two names and two machines agree on, since it comes from the target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The API server's address, or the engine. Without credentials.
    pub target: String,
    /// The environment's namespace.
    pub namespace: String,
    /// The name of the environment's inventory record, such as `landfall-sourcegraph-5aaf3e38`.
    pub record: String,
}

impl fmt::Display for Place {
    /// `landfall-sourcegraph-5aaf3e38 in namespace prod on https://host:6443`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in namespace {} on {}", self.record, self.namespace, self.target)
    }
}
