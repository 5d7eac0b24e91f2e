//! The notifications that were not taken.

use serde::{Deserialize, Serialize};

use crate::{
    error::Result,
    id::DeployId,
    journal::Journal,
    rows::Cells,
    time::Time,
    words::{DeliveryState, EventKind},
};

/// A notification, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Undelivered {
    /// The id of the event.
    pub id: String,
    /// The sink.
    pub sink: String,
    /// What happened.
    pub event: EventKind,
    /// The environment.
    pub environment: String,
    /// The deploy.
    pub deploy: Option<DeployId>,
    /// When it happened.
    pub at: Time,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: i64,
    /// When it is tried next; `None` once it is not any more.
    pub next_try: Option<Time>,
    /// Why it was not taken the last time, or is not tried any more.
    pub error: Option<String>,
}

impl Journal {
    /// The notifications that wait or were given up, newest first, at most so many.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn undelivered(&self, limit: u32) -> Result<Vec<Undelivered>> {
        let mut tx = self.reading().await?;
        let sql = "SELECT e.id, v.sink, e.kind, e.environment, e.deploy, e.happened, v.state, v.tries, v.next_try, v.error \
                   FROM deliveries v JOIN events e ON e.id = v.event WHERE v.state IN ('waiting', 'dead', 'dropped') \
                   ORDER BY e.id DESC, v.sink LIMIT $1";
        tx.list(sqlx::query(sql).bind(i64::from(limit)), |row| {
            let mut cells = Cells::new(row);
            let (id, sink, event) = (cells.text()?, cells.text()?, cells.word(EventKind::parse)?);
            let (environment, deploy, at) = (cells.text()?, cells.maybe_id()?, cells.time()?);
            let (state, tries) = (cells.word(DeliveryState::parse)?, cells.number()?);
            let next_try = Some(cells.time()?).filter(|_| state == DeliveryState::Waiting);
            let error = cells.maybe_text()?;
            Ok(Undelivered { id, sink, event, environment, deploy, at, state, tries, next_try, error })
        })
        .await
    }

    /// Lets a notification that was given up be tried again, now; returns how many sinks it goes to. One whose sink is
    /// gone stays as it is.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub async fn retry_delivery(&self, event: &str, at: Time) -> Result<u64> {
        let mut tx = self.writing().await?;
        let there =
            "EXISTS (SELECT 1 FROM sinks s WHERE s.repository = deliveries.repository AND s.name = deliveries.sink)";
        let open = "UPDATE sinks SET stopped = NULL WHERE EXISTS (SELECT 1 FROM deliveries v WHERE v.event = $1 \
                    AND v.repository = sinks.repository AND v.sink = sinks.name AND v.state IN ('dead', 'dropped'))";
        tx.run(sqlx::query(open).bind(event.to_owned())).await?;
        let again = format!(
            "UPDATE deliveries SET state = 'waiting', next_try = $2, changed = $2, since = $2, error = NULL \
             WHERE event = $1 AND {there} AND state <> 'delivered'"
        );
        let sql = sqlx::query(sqlx::AssertSqlSafe(again)).bind(event.to_owned()).bind(at.as_millis());
        let count = tx.run(sql).await?;
        tx.commit().await?;
        Ok(count)
    }
}
