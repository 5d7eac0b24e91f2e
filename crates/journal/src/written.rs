//! What was written to the target, while it is.

use landfall_core::object::ObjectId;
use sqlx::AssertSqlSafe;

use crate::{error::Result, id::DeployId, journal::Journal, text::of_object, time::Time, transaction::Sql};

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
        let bind =
            |sql: Sql<'static>, (object, at): &(ObjectId, Time)| sql.bind(of_object(object)).bind(at.as_millis());
        // The columns of VALUES are called column1 and column2 on SQLite and PostgreSQL alike.
        let write = |values| {
            let text = format!(
                "UPDATE objects SET state = 'done', error = NULL, written = coalesce(objects.written, news.column2) \
                 FROM ({values}) AS news WHERE objects.deploy = $1 AND objects.object = news.column1"
            );
            sqlx::query(AssertSqlSafe(text)).bind(id.to_string())
        };
        tx.run_rows(objects, 2, 2, write, bind).await?;
        let end = |values| {
            let text = format!(
                "UPDATE spans SET ended = news.column2 FROM ({values}) AS news \
                 WHERE spans.place_id = $2 AND spans.object = news.column1 AND spans.ended IS NULL \
                 AND +spans.started <= news.column2 AND EXISTS (SELECT 1 FROM objects \
                 WHERE objects.deploy = $1 AND objects.object = news.column1 AND objects.action = 'prune')"
            );
            sqlx::query(AssertSqlSafe(text)).bind(id.to_string()).bind(place)
        };
        tx.run_rows(objects, 3, 2, end, bind).await?;
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
