//! Workloads on their way to live.

use crate::{error::Result, id::DeployId, journal::Journal, object::RanDigest, progress::NewRollout};

impl Journal {
    /// How far workloads are now. One that is live becomes what is live of the place from then on. In a deploy that has
    /// ended, nothing changes any more.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn rollout(&self, id: &DeployId, rollouts: &[NewRollout]) -> Result<()> {
        todo!()
    }

    /// The digests that really run, which are known only once pods run; also after the deploy has ended.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn digests(&self, id: &DeployId, digests: &[RanDigest]) -> Result<()> {
        todo!()
    }
}
