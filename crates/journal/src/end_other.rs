//! A deploy ends another one, whose process is dead or waits in vain.

use crate::{
    deploy::Finished, error::Result, id::DeployId, journal::Journal, time::Time, transaction::Tx, words::Outcome,
};

impl Journal {
    /// Ends another deploy. One that has ended already stays as it is. Called once the environment's lock on the target
    /// is held, for those of [`unfinished`](Self::unfinished) whose process is certainly dead (they had begun to write) or
    /// only waits for live (they had written everything).
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn end_other(
        &self,
        other: &DeployId,
        by: &DeployId,
        outcome: Outcome,
        reason: &str,
        at: Time,
    ) -> Result<Finished> {
        let mut tx: Tx<'_> = self.writing().await?;
        let place = tx.place_of(other).await?;
        let before = tx.ending(other).await?;
        if before == Finished::Now {
            let end = "UPDATE deploys SET outcome = $1, reason = $2, ended = $3, ended_by = $4 WHERE id = $5";
            let end = sqlx::query(end).bind(outcome.as_str()).bind(reason.to_owned()).bind(at.as_millis());
            tx.run(end.bind(by.to_string()).bind(other.to_string())).await?;
            tx.tell_ended(place, other, outcome, Some(reason), at).await?;
            tx.commit().await?;
        }
        Ok(before)
    }
}
