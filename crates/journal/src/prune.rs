//! Forgetting what is old.

use crate::{
    error::Result,
    id::DeployId,
    journal::Journal,
    rows,
    time::Time,
    transaction::{Tx, placeholders},
};

/// How many deploys one transaction deletes: others want to write in between.
const AT_ONCE: usize = 200;

impl Journal {
    /// Deletes deploys that ended before `time`, with all that belongs to them, and what was seen or ceased to be live
    /// before it. Never deletes a running deploy, the newest live or applied one of a place, or what is live now.
    /// Returns how many deploys were deleted. Nothing else deletes what happened.
    ///
    /// # Errors
    ///
    /// The journal cannot be written; what was deleted until then stays deleted.
    pub async fn prune_before(&self, time: Time) -> Result<u64> {
        let mut deleted = 0;
        loop {
            let mut tx = self.writing().await?;
            let old = old(&mut tx, time).await?;
            for id in &old {
                tx.run(sqlx::query("DELETE FROM deploys WHERE id = $1").bind(id.to_string())).await?;
            }
            if old.is_empty() {
                forget(&mut tx, time).await?;
            }
            tx.commit().await?;
            deleted += old.len() as u64;
            if old.is_empty() {
                return Ok(deleted);
            }
        }
    }
}

async fn old(tx: &mut Tx<'_>, time: Time) -> Result<Vec<DeployId>> {
    let kept = "SELECT max(id) FROM deploys WHERE outcome = 'live' GROUP BY place_id \
                UNION SELECT max(id) FROM deploys WHERE outcome = 'applied' GROUP BY place_id";
    let kept = tx.list(sqlx::query(kept), rows::id).await?;
    let not_kept =
        if kept.is_empty() { String::new() } else { format!("AND id NOT IN {}", placeholders(2, kept.len())) };
    let sql = format!("SELECT id FROM deploys WHERE ended < $1 {not_kept} ORDER BY id LIMIT {AT_ONCE}");
    let sql = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(time.as_millis());
    tx.list(kept.iter().fold(sql, |sql, id| sql.bind(id.to_string())), rows::id).await
}

/// What belongs to no deploy.
async fn forget(tx: &mut Tx<'_>, time: Time) -> Result<()> {
    tx.run(sqlx::query("DELETE FROM spans WHERE ended < $1").bind(time.as_millis())).await?;
    tx.run(sqlx::query("DELETE FROM observations WHERE seen < $1").bind(time.as_millis())).await?;
    // What waits is told first, or given up.
    let told = "DELETE FROM events WHERE happened < $1 AND NOT EXISTS (SELECT 1 FROM deliveries \
                WHERE deliveries.event = events.id AND deliveries.state = 'waiting')";
    tx.run(sqlx::query(told).bind(time.as_millis())).await?;
    let messages = "DELETE FROM messages WHERE NOT EXISTS (SELECT 1 FROM deploys WHERE deploys.id = messages.deploy)";
    tx.run(sqlx::query(messages)).await?;
    let gone = "DELETE FROM services WHERE NOT EXISTS (SELECT 1 FROM spans \
                WHERE spans.place_id = services.place_id AND spans.object = services.object)";
    tx.run(sqlx::query(gone)).await?;
    Ok(())
}
