//! What was not Landfall's doing.

use std::collections::BTreeMap;

use crate::{
    error::Result,
    journal::Journal,
    observation::{NewObservation, Observation},
    place::Place,
    rows,
    text::of_object,
    time::Time,
};

impl Journal {
    /// Records what was seen on the target that Landfall did not do. A fact that is known already is not recorded again.
    /// Returns how many were new.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub async fn observe(&self, place: &Place, observations: &[NewObservation]) -> Result<u64> {
        let mut tx = self.writing().await?;
        let place = tx.place(place).await?;
        // The same fact twice in one call is one, too.
        let facts: BTreeMap<_, _> =
            observations.iter().rev().map(|one| ((of_object(&one.object), &one.fact), one)).collect();
        let rows: Vec<_> = facts.into_iter().collect();
        let insert = "INSERT INTO observations (place_id, object, fact, what, done_by, done, seen)";
        let new = tx.insert(insert, "ON CONFLICT DO NOTHING", 7, &rows, |sql, ((object, fact), one)| {
            sql.bind(place)
                .bind(object.clone())
                .bind((*fact).clone())
                .bind(one.what.clone())
                .bind(one.by.clone())
                .bind(one.done.map(Time::as_millis))
                .bind(one.seen.as_millis())
        });
        let new = new.await?;
        tx.commit().await?;
        Ok(new)
    }

    /// What was seen of a place from `since` on and before `until`, newest first, a thousand at most.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn observations(
        &self,
        place: &Place,
        since: Option<Time>,
        until: Option<Time>,
    ) -> Result<Vec<Observation>> {
        let mut tx = self.reading().await?;
        let Some(place) = tx.known_place(place).await? else { return Ok(Vec::new()) };
        let sql = "SELECT object, what, done_by, done, seen FROM observations \
                   WHERE place_id = $1 AND seen >= $2 AND seen < $3 ORDER BY seen DESC, object, fact LIMIT 1000";
        let sql = sqlx::query(sql).bind(place).bind(since.map_or(i64::MIN, Time::as_millis));
        tx.list(sql.bind(until.map_or(i64::MAX, Time::as_millis)), rows::observation).await
    }
}
