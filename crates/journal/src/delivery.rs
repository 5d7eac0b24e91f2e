//! What a sink is told next, and what came of it.

use crate::{
    error::Result,
    event::Event,
    journal::Journal,
    rows::{self, Cells},
    time::Time,
    transaction::{Sql, placeholders},
    words::{DeliveryState, EventKind},
};

/// Something that a sink is to be told now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The sink's repository.
    pub repository: String,
    /// The sink.
    pub sink: String,
    /// What happened.
    pub event: Event,
    /// How often it was tried.
    pub tries: i64,
    /// Since when it is to be told, which may be later than when it happened.
    pub since: Time,
    /// What the sink calls its message about the same deploy, if it has one.
    pub handle: Option<String>,
}

/// What there is to tell a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextDelivery {
    /// This one, now.
    Now(Box<Delivery>),
    /// Nothing before this time.
    At(Time),
    /// Nothing.
    Nothing,
}

const EVENT: &str =
    "e.id, e.kind, e.repository, e.environment, e.happened, e.content, v.tries, v.since, v.next_try, m.handle";

impl Journal {
    /// What a sink is told next. Of each place the oldest that waits comes first, and the next one only once that was
    /// taken or given up: so what is told is in the order of what happened. Places do not wait for each other.
    /// `environments` are those that the caller tells of; all if there are none.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn next_delivery(
        &self,
        repository: &str,
        sink: &str,
        environments: &[String],
        now: Time,
    ) -> Result<NextDelivery> {
        let mut tx = self.reading().await?;
        let chosen = if environments.is_empty() {
            String::new()
        } else {
            format!("AND e.environment IN {}", placeholders(3, environments.len()))
        };
        let sql = format!(
            "SELECT {EVENT} FROM deliveries v JOIN events e ON e.id = v.event \
             LEFT JOIN messages m ON m.repository = v.repository AND m.sink = v.sink AND m.deploy = e.deploy \
             WHERE v.repository = $1 AND v.sink = $2 AND v.state = 'waiting' AND v.event IN \
             (SELECT min(w.event) FROM deliveries w WHERE w.repository = $1 AND w.sink = $2 AND w.state = 'waiting' \
             GROUP BY w.place_id) {chosen} ORDER BY v.next_try, e.id LIMIT 1"
        );
        let sql = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(repository.to_owned()).bind(sink.to_owned());
        let sql = environments.iter().fold(sql, |sql, environment| sql.bind(environment.clone()));
        let found = tx.first(sql, |row| {
            let mut cells = Cells::new(row);
            let event = event(&mut cells)?;
            let (tries, since, next_try) = (cells.number()?, cells.time()?, cells.time()?);
            let handle = cells.maybe_text()?;
            let (repository, sink) = (repository.to_owned(), sink.to_owned());
            Ok((Delivery { repository, sink, event, tries, since, handle }, next_try))
        });
        Ok(match found.await? {
            None => NextDelivery::Nothing,
            Some((_, at)) if at > now => NextDelivery::At(at),
            Some((delivery, _)) => NextDelivery::Now(Box::new(delivery)),
        })
    }

    /// A sink has taken it. `handle` is what it calls its message, if it can be changed later.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub async fn delivered(&self, delivery: &Delivery, handle: Option<&str>, at: Time) -> Result<()> {
        let mut tx = self.writing().await?;
        let taken = "UPDATE deliveries SET state = 'delivered', tries = tries + 1, error = NULL, changed = $4 \
                     WHERE event = $1 AND repository = $2 AND sink = $3";
        tx.run(named(taken, delivery).bind(at.as_millis())).await?;
        // What is so between deploys is a message of its own, which is not changed later.
        if let Some(handle) = handle.filter(|_| !delivery.event.kind.is_standing()) {
            let keep = "INSERT INTO messages (repository, sink, deploy, handle) VALUES ($1, $2, $3, $4) \
                        ON CONFLICT (repository, sink, deploy) DO UPDATE SET handle = excluded.handle";
            let sql = sqlx::query(keep).bind(delivery.repository.clone()).bind(delivery.sink.clone());
            let deploy = delivery.event.content.deploy.id.to_string();
            tx.run(sql.bind(deploy).bind(handle.to_owned())).await?;
        }
        tx.commit().await
    }

    /// A sink has not taken it; it is tried again at this time. `why` is a sentence without anything secret.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub async fn delivery_failed(&self, delivery: &Delivery, why: &str, again: Time, at: Time) -> Result<()> {
        let mut tx = self.writing().await?;
        let failed = "UPDATE deliveries SET tries = tries + 1, error = $4, next_try = $5, changed = $6 \
                      WHERE event = $1 AND repository = $2 AND sink = $3 AND state = 'waiting'";
        let sql = named(failed, delivery).bind(why.to_owned()).bind(again.as_millis()).bind(at.as_millis());
        tx.run(sql).await?;
        tx.commit().await
    }

    /// It is given up: [`Dead`](DeliveryState::Dead) after it was tried, [`Dropped`](DeliveryState::Dropped) before.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub async fn give_up_delivery(&self, delivery: &Delivery, state: DeliveryState, why: &str, at: Time) -> Result<()> {
        let tried = i64::from(state == DeliveryState::Dead);
        let mut tx = self.writing().await?;
        let end = "UPDATE deliveries SET state = $4, error = $5, changed = $6, tries = tries + $7 \
                   WHERE event = $1 AND repository = $2 AND sink = $3 AND state = 'waiting'";
        let sql = named(end, delivery).bind(state.as_str()).bind(why.to_owned()).bind(at.as_millis()).bind(tried);
        tx.run(sql).await?;
        tx.commit().await
    }
}

fn named<'q>(sql: &'static str, delivery: &Delivery) -> Sql<'q> {
    sqlx::query(sql).bind(delivery.event.id.clone()).bind(delivery.repository.clone()).bind(delivery.sink.clone())
}

/// `e.id, e.kind, e.repository, e.environment, e.happened, e.content`.
pub(crate) fn event(cells: &mut Cells<'_>) -> sqlx::Result<Event> {
    Ok(Event {
        id: cells.text()?,
        kind: cells.word(EventKind::parse)?,
        repository: cells.text()?,
        environment: cells.text()?,
        at: cells.time()?,
        content: serde_json::from_str(&cells.text()?).map_err(|error| sqlx::Error::Decode(error.into()))?,
    })
}

/// How many rows each state has, by sink.
pub type DeliveryCounts = Vec<(String, DeliveryState, i64)>;

impl Journal {
    /// How many notifications are in each state, by sink.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn delivery_counts(&self) -> Result<DeliveryCounts> {
        let mut tx = self.reading().await?;
        let sql = "SELECT sink, state, count(*) FROM deliveries GROUP BY sink, state ORDER BY sink, state";
        tx.list(sqlx::query(sql), |row| {
            let mut cells = Cells::new(row);
            Ok((cells.text()?, cells.word(DeliveryState::parse)?, cells.number()?))
        })
        .await
    }

    /// The whole id of the one event that begins so; `None` if there is none or several.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn event_id(&self, begin: &str) -> Result<Option<String>> {
        let mut tx = self.reading().await?;
        let begin = begin.trim().to_lowercase();
        let sql = "SELECT id FROM events WHERE id >= $1 AND id < $2 ORDER BY id LIMIT 2";
        let found = tx.list(sqlx::query(sql).bind(begin.clone()).bind(format!("{begin}zz")), rows::text).await?;
        Ok(if let [only] = found.as_slice() { Some(only.clone()) } else { None })
    }
}
