//! A deploy ends, by itself or by another.

use crate::{
    deploy::Finished,
    error::{Error, Result},
    id::DeployId,
    journal::Journal,
    place::Place,
    rows::{self, Cells},
    time::Time,
    transaction::Tx,
    words::Outcome,
};

impl Journal {
    /// Ends a deploy. One that has ended already, by this call before or by [`Journal::interrupt_others`], stays as it
    /// is. `reason` is a sentence without a full stop. At `live`, or at `applied` if nobody waited, what it changed
    /// becomes what is live.
    ///
    /// What the server has looked at again, such as after a restart, and found live as the entry before says, leaves no
    /// entry of its own: it is [`Finished::NoNews`], and the timeline stays that of what happened.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn finish(&self, id: &DeployId, outcome: Outcome, reason: Option<&str>, at: Time) -> Result<Finished> {
        let mut tx = self.writing().await?;
        let place = tx.place_of(id).await?;
        let before = tx.ending(id).await?;
        if let Finished::Before { .. } = before {
            return Ok(before);
        }
        if outcome == Outcome::Live && found_live_again(&mut tx, place, id).await? {
            tx.run(sqlx::query("DELETE FROM deploys WHERE id = $1").bind(id.to_string())).await?;
            tx.commit().await?;
            return Ok(Finished::NoNews);
        }
        let in_effect = matches!(outcome, Outcome::Live | Outcome::Applied).then_some(at.as_millis());
        let live = (outcome == Outcome::Live).then_some(at.as_millis());
        let sql = "UPDATE deploys SET outcome = $1, reason = $2, ended = $3, live = coalesce(live, $4), effect = $5 \
                   WHERE id = $6";
        let sql = sqlx::query(sql).bind(outcome.as_str()).bind(reason.map(str::to_owned)).bind(at.as_millis());
        tx.run(sql.bind(live).bind(in_effect).bind(id.to_string())).await?;
        if in_effect.is_some() {
            for object in touched(&mut tx, id).await? {
                tx.went_live(place, id, &object, at).await?;
            }
        }
        tx.tell_ended(place, id, outcome, reason, at).await?;
        tx.commit().await?;
        Ok(Finished::Now)
    }

    /// Ends the other unfinished deploys of the place. Called once the environment's lock on the target is held: the
    /// process of each of them is dead then, or only waits for live. One that began later and has not written anything
    /// is left alone, since it may be waiting for the lock. `outcome` is [`Interrupted`](Outcome::Interrupted), or
    /// [`Superseded`](Outcome::Superseded) where the new revision is newer. Returns those that were ended.
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
        let mut tx = self.writing().await?;
        let place = tx.place(place).await?;
        let others = "SELECT id FROM deploys WHERE place_id = $1 AND outcome = 'running' AND id <> $2 \
                      AND (id < $2 OR first_write IS NOT NULL) ORDER BY id DESC";
        let others = tx.list(sqlx::query(others).bind(place).bind(id.to_string()), rows::id).await?;
        for other in &others {
            let end = "UPDATE deploys SET outcome = $1, reason = $2, ended = $3, ended_by = $4 WHERE id = $5";
            let end = sqlx::query(end).bind(outcome.as_str()).bind(reason.to_owned()).bind(at.as_millis());
            tx.run(end.bind(id.to_string()).bind(other.to_string())).await?;
            tx.tell_ended(place, other, outcome, Some(reason), at).await?;
        }
        tx.commit().await?;
        Ok(others)
    }
}

impl Tx<'_> {
    /// Whether a deploy has not ended.
    pub async fn is_running(&mut self, id: &DeployId) -> Result<bool> {
        Ok(self.ending(id).await? == Finished::Now)
    }

    /// How a deploy has ended before; [`Finished::Now`] if it has not.
    pub async fn ending(&mut self, id: &DeployId) -> Result<Finished> {
        let sql = "SELECT outcome, reason, ended, ended_by FROM deploys WHERE id = $1";
        let ending = self.first(sqlx::query(sql).bind(id.to_string()), |row| {
            let mut cells = Cells::new(row);
            Ok(Finished::Before {
                outcome: cells.word(Outcome::parse)?,
                reason: cells.maybe_text()?,
                ended: cells.maybe_time()?,
                ended_by: cells.maybe_id()?,
            })
        });
        match ending.await? {
            Some(Finished::Before { outcome: Outcome::Running, .. }) => Ok(Finished::Now),
            Some(before) => Ok(before),
            None => Err(Error::UnknownDeploy { id: id.to_string() }),
        }
    }
}

/// Whether the server began a deploy of the revision that the entry right before tells to be live, and nothing was planned,
/// seen to become live or told of it.
async fn found_live_again(tx: &mut Tx<'_>, place: i64, id: &DeployId) -> Result<bool> {
    let sql = "SELECT d.id FROM deploys d JOIN deploys b ON b.id = \
               (SELECT max(id) FROM deploys WHERE place_id = $1 AND id < $2) \
               WHERE d.id = $2 AND d.cause = 'serve' AND d.resumes = 0 AND d.first_write IS NULL \
               AND b.outcome = 'live' AND b.cause IN ('serve', 'deploy', 'rollback') AND b.revision = d.revision \
               AND NOT EXISTS (SELECT 1 FROM objects WHERE deploy = $2) \
               AND NOT EXISTS (SELECT 1 FROM rollouts WHERE deploy = $2) \
               AND NOT EXISTS (SELECT 1 FROM events WHERE deploy = $2) \
               AND NOT EXISTS (SELECT 1 FROM deploys WHERE place_id = $1 AND ended_by = $2)";
    Ok(tx.first(sqlx::query(sql).bind(place).bind(id.to_string()), rows::text).await?.is_some())
}

/// The workloads that a deploy changed, or that it was the first to see as they are.
async fn touched(tx: &mut Tx<'_>, id: &DeployId) -> Result<Vec<String>> {
    let sql = "SELECT object FROM objects WHERE deploy = $1 AND service IS NOT NULL \
               AND action IN ('create', 'update', 'replace') AND state <> 'failed' \
               UNION SELECT object FROM images WHERE deploy = $1 AND image_after IS NOT NULL";
    tx.list(sqlx::query(sql).bind(id.to_string()), rows::text).await
}
