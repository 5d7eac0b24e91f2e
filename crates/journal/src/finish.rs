//! A deploy ends, by itself or by another.

use crate::{
    deploy::Finished, error::Result, id::DeployId, journal::Journal, place::Place, time::Time, words::Outcome,
};

impl Journal {
    /// Ends a deploy. One that has ended already, by this call before or by [`Journal::interrupt_others`], stays as it
    /// is. `reason` is a sentence without a full stop. At `live`, or at `applied` if nobody waited, what it changed
    /// becomes what is live.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn finish(&self, id: &DeployId, outcome: Outcome, reason: Option<&str>, at: Time) -> Result<Finished> {
        todo!()
    }

    /// Ends every other unfinished deploy of the place. Called once the environment's lock on the target is held: the
    /// process of each of the others is dead then, or only waits for live. `outcome` is
    /// [`Interrupted`](Outcome::Interrupted), or [`Superseded`](Outcome::Superseded) where the new revision is newer.
    /// Returns those that were ended.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub async fn interrupt_others(
        &self,
        place: &Place,
        id: &DeployId,
        outcome: Outcome,
        reason: &str,
        at: Time,
    ) -> Result<Vec<DeployId>> {
        todo!()
    }

    pub async fn end_other(
        &self,
        other: &DeployId,
        by: &DeployId,
        outcome: Outcome,
        reason: &str,
        at: Time,
    ) -> Result<Finished> {
        todo!()
    }
}
