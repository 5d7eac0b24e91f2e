//! What was written to the target, while it is.

use landfall_core::object::ObjectId;

use crate::{error::Result, id::DeployId, journal::Journal, text::of_object, time::Time};

impl Journal {
    /// The first object is about to be written. The first such time is kept.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn first_write(&self, id: &DeployId, at: Time) -> Result<()> {
        let mut tx = self.writing().await?;
        let place = tx.place_of(id).await?;
        let write = "UPDATE deploys SET first_write = coalesce(first_write, $1) WHERE id = $2";
        tx.run(sqlx::query(write).bind(at.as_millis()).bind(id.to_string())).await?;
        tx.tell_began(place, id, at).await?;
        tx.commit().await
    }

    /// Objects were written, or deleted, each with its time. The first time of an object is kept. A workload that was
    /// pruned is not live from then on. Objects that were not planned are passed over.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn done(&self, id: &DeployId, objects: &[(ObjectId, Time)]) -> Result<()> {
        let mut tx = self.writing().await?;
        let place = tx.place_of(id).await?;
        for (object, at) in objects {
            let object = of_object(object);
            let write = "UPDATE objects SET state = 'done', error = NULL, written = coalesce(written, $1) \
                         WHERE deploy = $2 AND object = $3";
            tx.run(sqlx::query(write).bind(at.as_millis()).bind(id.to_string()).bind(object.clone())).await?;
            let end = "UPDATE spans SET ended = $1 WHERE place_id = $2 AND object = $3 AND ended IS NULL AND +started <= $1 \
                       AND EXISTS (SELECT 1 FROM objects WHERE deploy = $4 AND object = $3 AND action = 'prune')";
            let end = sqlx::query(end).bind(at.as_millis()).bind(place).bind(object);
            tx.run(end.bind(id.to_string())).await?;
        }
        tx.commit().await
    }

    /// Objects could not be written, each with the reason as a sentence. **Never a value of a Secret.** What is done
    /// stays done.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn failed(&self, id: &DeployId, objects: &[(ObjectId, String)]) -> Result<()> {
        let mut tx = self.writing().await?;
        tx.place_of(id).await?;
        for (object, error) in objects {
            let write = "UPDATE objects SET state = 'failed', error = $1 \
                         WHERE deploy = $2 AND object = $3 AND state <> 'done'";
            tx.run(sqlx::query(write).bind(error.clone()).bind(id.to_string()).bind(of_object(object))).await?;
        }
        tx.commit().await
    }

    /// Everything was written. The first such time is kept.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn applied(&self, id: &DeployId, at: Time) -> Result<()> {
        let mut tx = self.writing().await?;
        tx.place_of(id).await?;
        let write = "UPDATE deploys SET applied = coalesce(applied, $1) WHERE id = $2";
        tx.run(sqlx::query(write).bind(at.as_millis()).bind(id.to_string())).await?;
        tx.commit().await
    }
}
