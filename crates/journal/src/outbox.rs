//! The outbox: what happened is written down for every sink that wants to know, in the transaction in which it happens.
//! Nothing is told that did not happen, and nothing that happened is forgotten, whenever the process is killed.

use landfall_core::object::ObjectId;

use crate::{
    error::Result,
    event::Content,
    id::DeployId,
    rows::{self, Cells},
    text::to_object,
    time::Time,
    transaction::Tx,
    words::{DeliveryState, EventKind, Outcome},
};

/// A sink as far as it decides what it is told.
struct Listener {
    name: String,
    environments: Vec<String>,
    events: Vec<EventKind>,
}

/// What happened.
pub(crate) struct News {
    pub kind: EventKind,
    pub at: Time,
    /// What tells it from another event of the same kind.
    pub sameness: String,
    pub failing_since: Option<Time>,
    pub service: Option<ObjectId>,
    pub facts: Vec<String>,
}

impl News {
    pub fn new(kind: EventKind, at: Time) -> Self {
        Self { kind, at, sameness: String::new(), failing_since: None, service: None, facts: Vec::new() }
    }
}

impl Tx<'_> {
    /// Tells that a deploy is about to write. Only the first time: trying again is no news.
    pub(crate) async fn tell_began(&mut self, place: i64, id: &DeployId, at: Time) -> Result<()> {
        if self.was_told(id, EventKind::Began, "").await? {
            return Ok(());
        }
        self.tell(place, id, &News::new(EventKind::Began, at)).await
    }

    /// Tells how a deploy ended. The same failure of one deploy is told once, however often it is tried.
    pub(crate) async fn tell_ended(
        &mut self,
        place: i64,
        id: &DeployId,
        outcome: Outcome,
        reason: Option<&str>,
        at: Time,
    ) -> Result<()> {
        let Some(mut kind) = EventKind::of(outcome) else { return Ok(()) };
        let sameness = sameness(reason.unwrap_or_default());
        if matches!(kind, EventKind::Failed | EventKind::Refused) && self.was_told(id, kind, &sameness).await? {
            return Ok(());
        }
        let failing_since = if matches!(kind, EventKind::Live | EventKind::Applied) {
            if self.is_no_news(place, id).await? {
                return Ok(());
            }
            self.failing_since(place).await?
        } else {
            None
        };
        if kind == EventKind::Live && failing_since.is_some() {
            kind = EventKind::Recovered;
        }
        self.tell(place, id, &News { sameness, failing_since, ..News::new(kind, at) }).await
    }

    /// Tells that one workload is live.
    pub(crate) async fn tell_service(&mut self, place: i64, id: &DeployId, object: &str, at: Time) -> Result<()> {
        let (sameness, service) = (object.to_owned(), to_object(object));
        self.tell(place, id, &News { sameness, service, ..News::new(EventKind::ServiceLive, at) }).await
    }

    /// Whether there is anybody to tell at all.
    pub(crate) async fn has_sinks(&mut self) -> Result<bool> {
        Ok(self.first(sqlx::query("SELECT name FROM sinks LIMIT 1"), rows::text).await?.is_some())
    }

    /// Writes down for whoever wants to know it what happened with a deploy, or what is so since it was the last one.
    pub(crate) async fn tell(&mut self, place: i64, id: &DeployId, news: &News) -> Result<()> {
        let (kind, at) = (news.kind, news.at);
        if !self.has_sinks().await? {
            return Ok(());
        }
        let Some((repository, environment)) = self.served(place, id).await? else { return Ok(()) };
        let mut listeners = self.listeners(&repository).await?;
        listeners.retain(|listener| listener.environments.is_empty() || listener.environments.contains(&environment));
        // Without anybody there it need not be known either.
        if listeners.is_empty() {
            return Ok(());
        }
        listeners.retain(|listener| listener.wants(kind));
        if listeners.is_empty() && kind == EventKind::ServiceLive {
            return Ok(());
        }
        let newest = "SELECT id FROM events WHERE place_id = $1 ORDER BY id DESC LIMIT 1";
        let newest = self.first(sqlx::query(newest).bind(place), rows::id).await?;
        let event = DeployId::new(at, newest.as_ref());
        let content = Content {
            failing_since: news.failing_since,
            service: news.service.clone(),
            facts: news.facts.clone(),
            ..Content::of(self.record(id.as_str()).await?)
        };
        let insert = "INSERT INTO events (id, place_id, repository, environment, deploy, kind, happened, sameness, content) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let sql = sqlx::query(insert)
            .bind(event.to_string())
            .bind(place)
            .bind(repository.clone())
            .bind(environment)
            .bind((!kind.is_standing()).then(|| id.to_string()))
            .bind(kind.as_str())
            .bind(at.as_millis())
            .bind(news.sameness.clone())
            // Nothing in it has keys that are no text.
            .bind(serde_json::to_string(&content).unwrap_or_default());
        self.run(sql).await?;
        let insert =
            "INSERT INTO deliveries (event, repository, sink, place_id, state, tries, next_try, changed, since)";
        let now = Time::now().as_millis();
        self.insert(insert, "", 9, &listeners, |sql, listener| {
            sql.bind(event.to_string())
                .bind(repository.clone())
                .bind(listener.name.clone())
                .bind(place)
                .bind(DeliveryState::Waiting.as_str())
                .bind(0_i64)
                .bind(now)
                .bind(now)
                .bind(now)
        })
        .await?;
        Ok(())
    }

    /// Whose sinks are told, and what they call the place: the repository that was last served there, since a deploy by
    /// hand may come from a clone with another address; else the deploy's own.
    async fn served(&mut self, place: i64, id: &DeployId) -> Result<Option<(String, String)>> {
        let both = |row: &sqlx::any::AnyRow| {
            let mut cells = Cells::new(row);
            Ok((cells.maybe_text()?, cells.text()?))
        };
        let served = "SELECT repository, environment FROM deploys \
                      WHERE place_id = $1 AND cause IN ('serve', 'drift') ORDER BY id DESC LIMIT 1";
        let mut found = self.first(sqlx::query(served).bind(place), both).await?;
        if found.is_none() {
            let own = "SELECT repository, environment FROM deploys WHERE id = $1";
            found = self.first(sqlx::query(own).bind(id.to_string()), both).await?;
        }
        Ok(found.and_then(|(repository, environment)| Some((repository?, environment))))
    }

    async fn listeners(&mut self, repository: &str) -> Result<Vec<Listener>> {
        let sql =
            "SELECT name, environments, events FROM sinks WHERE repository = $1 AND stopped IS NULL ORDER BY name";
        self.list(sqlx::query(sql).bind(repository.to_owned()), |row| {
            let mut cells = Cells::new(row);
            let name = cells.text()?;
            let decode = |error: serde_json::Error| sqlx::Error::Decode(error.into());
            let environments = serde_json::from_str(&cells.text()?).map_err(decode)?;
            let events = serde_json::from_str(&cells.text()?).map_err(decode)?;
            Ok(Listener { name, environments, events })
        })
        .await
    }

    async fn was_told(&mut self, id: &DeployId, kind: EventKind, sameness: &str) -> Result<bool> {
        let sql = "SELECT id FROM events WHERE deploy = $1 AND kind = $2 AND sameness = $3 LIMIT 1";
        let sql = sqlx::query(sql).bind(id.to_string()).bind(kind.as_str()).bind(sameness.to_owned());
        Ok(self.first(sql, rows::text).await?.is_some())
    }

    /// Whether a deploy wrote nothing, and its revision was the one that was live before.
    async fn is_no_news(&mut self, place: i64, id: &DeployId) -> Result<bool> {
        let sql = "SELECT d.id FROM deploys d WHERE d.id = $2 AND d.first_write IS NULL AND d.revision = \
                   (SELECT b.revision FROM deploys b WHERE b.place_id = $1 AND b.id < $2 AND b.outcome IN ('live', 'applied') \
                   ORDER BY b.id DESC LIMIT 1) AND NOT EXISTS (SELECT 1 FROM deploys f WHERE f.place_id = $1 AND f.id < $2 \
                   AND f.id > (SELECT max(l.id) FROM deploys l WHERE l.place_id = $1 AND l.id < $2 \
                   AND l.outcome IN ('live', 'applied')) AND f.outcome IN ('failed', 'hopeless', 'notLive'))";
        Ok(self.first(sqlx::query(sql).bind(place).bind(id.to_string()), rows::text).await?.is_some())
    }

    /// Since when deploys to a place have failed; `None` where the newest that was told was live.
    async fn failing_since(&mut self, place: i64) -> Result<Option<Time>> {
        let sql = "SELECT happened FROM events WHERE place_id = $1 AND kind = 'failed' AND id > coalesce( \
                   (SELECT max(id) FROM events WHERE place_id = $1 AND kind IN ('live', 'recovered', 'applied')), '') \
                   ORDER BY id LIMIT 1";
        Ok(self.first(sqlx::query(sql).bind(place), rows::number).await?.map(Time::from_millis))
    }
}

impl Listener {
    /// Whoever wants to know that something is live wants to know it after a failure, too.
    fn wants(&self, kind: EventKind) -> bool {
        self.events.contains(&kind) || (kind == EventKind::Recovered && self.events.contains(&EventKind::Live))
    }
}

/// What makes two failures the same: their words without numbers, which are counts, times, ports and the names of pods.
fn sameness(reason: &str) -> String {
    let words = reason.split_whitespace().filter(|word| !word.bytes().any(|byte| byte.is_ascii_digit()));
    words.collect::<Vec<_>>().join(" ").chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::sameness;

    #[test]
    fn counts_and_names_make_no_other_failure() {
        let one = sameness("deployment/web: 1 of 3 pods is ready: web-7d9f8-x2x exited with 1: no database");
        assert_eq!(one, sameness("deployment/web: 2 of 3 pods is ready: web-8aa9b-y9z exited with 1: no database"));
        assert_ne!(one, sameness("deployment/web: ImagePullBackOff"));
    }
}
