//! Forgetting what is old.

use crate::{error::Result, journal::Journal, time::Time};

impl Journal {
    /// Deletes deploys that ended before `time`, with all that belongs to them, and what was seen or ceased to be live
    /// before it. Never deletes a running deploy, the newest live or applied one of a place, or what is live now.
    /// Returns how many deploys were deleted. Nothing else ever deletes from the journal.
    ///
    /// # Errors
    ///
    /// The journal cannot be written; what was deleted until then stays deleted.
    pub async fn prune_before(&self, time: Time) -> Result<u64> {
        todo!()
    }
}
