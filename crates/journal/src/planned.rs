//! What a deploy is going to do.

use crate::{error::Result, id::DeployId, journal::Journal, object::NewPlan, time::Time};

impl Journal {
    /// Records the plan, before the first write. In a deploy that was resumed, what was planned before and is not planned
    /// any more was written before the kill: it counts as done.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn planned(&self, id: &DeployId, plan: &NewPlan, at: Time) -> Result<()> {
        todo!()
    }
}
