//! Workloads on their way to live.

use std::collections::BTreeMap;

use landfall_core::health::HealthState;

use crate::{
    error::Result,
    id::DeployId,
    journal::Journal,
    object::RanDigest,
    progress::NewRollout,
    text::{of_health, of_object},
};

impl Journal {
    /// How far workloads are now. One that is live becomes what is live of the place from then on. In a deploy that has
    /// ended, nothing changes any more.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn rollout(&self, id: &DeployId, rollouts: &[NewRollout]) -> Result<()> {
        let mut tx = self.writing().await?;
        let place = tx.place_of(id).await?;
        if !tx.is_running(id).await? {
            return Ok(());
        }
        // One statement must not write a row twice; the last word counts.
        let latest: BTreeMap<String, &NewRollout> =
            rollouts.iter().map(|rollout| (of_object(&rollout.workload), rollout)).collect();
        let rows: Vec<_> = latest.into_iter().collect();
        let insert = "INSERT INTO rollouts (deploy, object, state, ready, total, sentence, started, updated, live)";
        let conflict = "ON CONFLICT (deploy, object) DO UPDATE SET state = excluded.state, ready = excluded.ready, \
                        total = excluded.total, sentence = excluded.sentence, updated = excluded.updated, \
                        live = coalesce(rollouts.live, excluded.live)";
        tx.insert(insert, conflict, 9, &rows, |sql, (object, rollout)| {
            sql.bind(id.to_string())
                .bind(object.clone())
                .bind(of_health(rollout.state))
                .bind(rollout.ready)
                .bind(rollout.total)
                .bind(rollout.sentence.clone())
                .bind(rollout.at.as_millis())
                .bind(rollout.at.as_millis())
                .bind(live(rollout))
        })
        .await?;
        for (object, rollout) in rows {
            if rollout.state == HealthState::Live {
                let at = rollout.live.unwrap_or(rollout.at);
                if tx.went_live(place, id, &object, at).await? {
                    tx.tell_service(place, id, &object, at).await?;
                }
            }
        }
        tx.commit().await
    }

    /// The digests that really run, which are known only once pods run; also after the deploy has ended.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn digests(&self, id: &DeployId, digests: &[RanDigest]) -> Result<()> {
        let mut tx = self.writing().await?;
        let place = tx.place_of(id).await?;
        let mut workloads: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
        for RanDigest { workload, container, digest } in digests {
            let object = of_object(workload);
            let sql = "UPDATE images SET digest = $1 WHERE deploy = $2 AND object = $3 AND container = $4";
            let sql = sqlx::query(sql).bind(digest.clone()).bind(id.to_string()).bind(object.clone());
            tx.run(sql.bind(container.clone())).await?;
            workloads.entry(object).or_default().push((container, digest));
        }
        for (object, digests) in workloads {
            tx.ran(place, id, &object, &digests).await?;
        }
        tx.commit().await
    }
}

fn live(rollout: &NewRollout) -> Option<i64> {
    (rollout.state == HealthState::Live).then(|| rollout.live.unwrap_or(rollout.at).as_millis())
}
