//! What was written to the target, while it is.

use landfall_core::object::ObjectId;

use crate::{error::Result, id::DeployId, journal::Journal, time::Time};

impl Journal {
    /// The first object is about to be written. The first such time is kept.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn first_write(&self, id: &DeployId, at: Time) -> Result<()> {
        todo!()
    }

    /// Objects were written, or deleted, each with its time. The first time of an object is kept. A workload that was
    /// pruned is not live from then on.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub async fn done(&self, id: &DeployId, objects: &[(ObjectId, Time)]) -> Result<()> {
        todo!()
    }

    /// Objects could not be written, each with the reason as a sentence. **Never a value of a Secret.**
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub async fn failed(&self, id: &DeployId, objects: &[(ObjectId, String)]) -> Result<()> {
        todo!()
    }

    /// Everything was written. The first such time is kept.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn applied(&self, id: &DeployId, at: Time) -> Result<()> {
        todo!()
    }
}
