//! Which sinks there are.

use crate::{
    error::Result,
    journal::Journal,
    rows::{self, Cells},
    time::Time,
    words::EventKind,
};

/// A sink as its repository's configuration has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSink {
    /// Its name.
    pub name: String,
    /// Its kind in one word: `slack`.
    pub kind: String,
    /// The environments that it is told of; all if there are none.
    pub environments: Vec<String>,
    /// What it is told of.
    pub events: Vec<EventKind>,
}

/// What a sink that is gone was not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedSink {
    /// Its name.
    pub name: String,
    /// How many notifications waited for it.
    pub waiting: u64,
}

impl Journal {
    /// Makes these the sinks of a repository: what happens from now on is told to them and to no others. What still waits
    /// for one that is gone is dropped. A sink that had asked to be left alone is told again, since whoever calls this has
    /// read its settings anew.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub async fn configure_sinks(&self, repository: &str, sinks: &[NewSink], at: Time) -> Result<Vec<DroppedSink>> {
        let mut tx = self.writing().await?;
        let known = "SELECT name FROM sinks WHERE repository = $1 ORDER BY name";
        let known = tx.list(sqlx::query(known).bind(repository.to_owned()), rows::text).await?;
        let mut dropped = Vec::new();
        for name in known.into_iter().filter(|name| !sinks.iter().any(|sink| sink.name == *name)) {
            let bind = |sql: &'static str| sqlx::query(sql).bind(repository.to_owned()).bind(name.clone());
            let drop = "UPDATE deliveries SET state = 'dropped', error = 'landfall.yaml does not have this sink any more', \
                        changed = $3 WHERE repository = $1 AND sink = $2 AND state = 'waiting'";
            let waiting = tx.run(bind(drop).bind(at.as_millis())).await?;
            tx.run(bind("DELETE FROM sinks WHERE repository = $1 AND name = $2")).await?;
            tx.run(bind("DELETE FROM messages WHERE repository = $1 AND sink = $2")).await?;
            dropped.push(DroppedSink { name, waiting });
        }
        let insert = "INSERT INTO sinks (repository, name, kind, environments, events)";
        let conflict = "ON CONFLICT (repository, name) DO UPDATE SET kind = excluded.kind, \
                        environments = excluded.environments, events = excluded.events, stopped = NULL";
        tx.insert(insert, conflict, 5, sinks, |sql, sink| {
            // Lists of words always become JSON.
            sql.bind(repository.to_owned())
                .bind(sink.name.clone())
                .bind(sink.kind.clone())
                .bind(serde_json::to_string(&sink.environments).unwrap_or_default())
                .bind(serde_json::to_string(&sink.events).unwrap_or_default())
        })
        .await?;
        tx.commit().await?;
        Ok(dropped)
    }

    /// A sink said that it is gone for good: nothing is sent to it until it is configured anew.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub async fn stop_sink(&self, repository: &str, name: &str, why: &str, at: Time) -> Result<()> {
        let mut tx = self.writing().await?;
        let bind =
            |sql: &'static str| sqlx::query(sql).bind(repository.to_owned()).bind(name.to_owned()).bind(why.to_owned());
        tx.run(bind("UPDATE sinks SET stopped = $3 WHERE repository = $1 AND name = $2")).await?;
        let dead = "UPDATE deliveries SET state = 'dead', error = $3, changed = $4 \
                    WHERE repository = $1 AND sink = $2 AND state = 'waiting'";
        tx.run(bind(dead).bind(at.as_millis())).await?;
        tx.commit().await
    }

    /// The sinks that asked to be left alone, with the reason.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn stopped_sinks(&self) -> Result<Vec<(String, String)>> {
        let mut tx = self.reading().await?;
        let sql = "SELECT name, stopped FROM sinks WHERE stopped IS NOT NULL ORDER BY name";
        tx.list(sqlx::query(sql), |row| {
            let mut cells = Cells::new(row);
            Ok((cells.text()?, cells.text()?))
        })
        .await
    }
}
