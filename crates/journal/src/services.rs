//! What is live, now or then.

use crate::{
    error::Result,
    journal::Journal,
    place::Place,
    rows,
    service::{LiveAt, Service},
    time::Time,
    transaction::Tx,
};

impl Journal {
    /// Each workload of a place as it is live now, or was at `at`, sorted by identity. Knows what deploys brought about
    /// or met, from the first one on.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn services(&self, place: &Place, at: Option<Time>) -> Result<Vec<Service>> {
        let mut tx = self.reading().await?;
        let Some(place) = tx.known_place(place).await? else { return Ok(Vec::new()) };
        tx.services(place, at).await
    }

    /// What was live at a moment: the deploy that had succeeded last, and each workload.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn live_at(&self, place: &Place, at: Time) -> Result<LiveAt> {
        let mut tx = self.reading().await?;
        let Some(place) = tx.known_place(place).await? else {
            return Ok(LiveAt { at, deploy: None, services: Vec::new() });
        };
        let last =
            "d.place_id = $1 AND d.effect IS NOT NULL AND d.effect <= $2 ORDER BY d.effect DESC, d.id DESC LIMIT 1";
        let deploy = tx.deploys(last, |sql| sql.bind(place).bind(at.as_millis())).await?.into_iter().next();
        Ok(LiveAt { at, deploy, services: tx.services(place, Some(at)).await? })
    }
}

impl Tx<'_> {
    /// One look-up by an index for each workload, however long its history is: CROSS keeps SQLite from beginning with the
    /// spans.
    async fn services(&mut self, place: i64, at: Option<Time>) -> Result<Vec<Service>> {
        let sql = "SELECT p.object, p.started, p.deploy, p.revision, p.images FROM services s CROSS JOIN spans p \
                   WHERE p.place_id = s.place_id AND p.object = s.object AND p.started = \
                   (SELECT max(q.started) FROM spans q WHERE q.place_id = s.place_id AND q.object = s.object \
                   AND q.started <= $2) AND s.place_id = $1 AND (p.ended IS NULL OR p.ended > $2)";
        let sql = sqlx::query(sql).bind(place).bind(at.map_or(i64::MAX, Time::as_millis));
        let mut services = self.list(sql, rows::service).await?;
        services.sort_by(|a, b| a.workload.cmp(&b.workload));
        Ok(services)
    }
}
