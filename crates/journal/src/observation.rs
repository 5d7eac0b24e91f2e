//! What was seen that was not Landfall's doing.

use landfall_core::object::ObjectId;
use serde::{Deserialize, Serialize};

use crate::time::Time;

/// Something that Landfall saw and did not do: a kubectl in between, drift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewObservation {
    /// The object.
    pub object: ObjectId,
    /// What makes it this fact and no other, such as the field manager with the time of its write. The same fact of the
    /// same object is kept once, as it was seen first.
    pub fact: String,
    /// What was seen, as a sentence with names of fields. **Never a value of a Secret.**
    pub what: String,
    /// Who did it, as far as the target says.
    pub by: Option<String>,
    /// When it was done, as far as the target says.
    pub done: Option<Time>,
    /// When Landfall saw it.
    pub seen: Time,
}

/// An observation, as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Observation {
    /// The object.
    pub object: ObjectId,
    /// What was seen.
    pub what: String,
    /// Who did it, as far as the target says.
    pub by: Option<String>,
    /// When it was done, as far as the target says.
    pub done: Option<Time>,
    /// When Landfall first saw it.
    pub seen: Time,
}
