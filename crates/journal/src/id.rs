//! The id of a deploy.

use std::fmt;

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::time::Time;

/// The id of a deploy: a ULID in lower case, 26 letters and digits. Ids sort by the time at which the deploy was
/// detected, and within one place in the order in which deploys began, whatever the machines' clocks say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct DeployId(String);

impl DeployId {
    /// A new id that sorts after `after`, which is the place's newest until now.
    pub(crate) fn new(detected: Time, after: Option<&Self>) -> Self {
        let newest = after.and_then(|id| Ulid::from_string(&id.0).ok()).map(|id| id.timestamp_ms());
        let detected = u64::try_from(detected.as_millis()).unwrap_or_default();
        let millis = newest.map_or(detected, |newest| detected.max(newest.saturating_add(1)));
        Self(Ulid::from_parts(millis, Ulid::generate().random()).to_string().to_lowercase())
    }

    /// An id that no deploy of a journal has, for a message that is only a test.
    pub fn at(time: Time) -> Self {
        Self::new(time, None)
    }

    /// An id as the journal holds it.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// What all ids of deploys that were detected at `time` or later are not below.
    pub(crate) fn first_at(time: Time) -> String {
        let millis = u64::try_from(time.as_millis()).unwrap_or_default();
        Ulid::from_parts(millis, 0).to_string().to_lowercase()
    }

    /// All 26 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeployId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
