//! What is so in an environment between deploys, told to its sinks when it begins, and when it ends.

use crate::{
    error::Result,
    journal::Journal,
    outbox::News,
    rows::{self, Cells},
    time::Time,
    transaction::Tx,
    words::EventKind,
};

/// The same is told again only after so many milliseconds: what comes and goes all the time is no news.
const AGAIN: i64 = 3_600_000;

/// What is so between deploys. No values of Secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Others have changed these objects, which is left as it is. Each object, and what is not as applied.
    Drifted(Vec<(String, String)>),
    /// Everything is as applied.
    AsApplied,
    /// Corrections of these objects are undone again and again. Each object, and what is not as applied.
    Fight(Vec<(String, String)>),
    /// Nothing is deployed, for this reason.
    Paused(String),
    /// Whatever comes is deployed.
    NotPaused,
}

impl Standing {
    fn kind(&self) -> EventKind {
        match self {
            Self::Drifted(_) => EventKind::Drifted,
            Self::AsApplied => EventKind::Mended,
            Self::Fight(_) => EventKind::Fight,
            Self::Paused(_) => EventKind::Paused,
            Self::NotPaused => EventKind::Resumed,
        }
    }

    fn news(&self, at: Time) -> News {
        let news = News::new(self.kind(), at);
        match self {
            // Other changes of the same objects are no news.
            Self::Drifted(objects) | Self::Fight(objects) => News {
                sameness: objects.iter().map(|(object, _)| object.as_str()).collect::<Vec<_>>().join(" "),
                facts: objects.iter().map(|(object, what)| format!("{object}: {what}")).collect(),
                ..news
            },
            Self::Paused(reason) => News { sameness: reason.clone(), facts: vec![reason.clone()], ..news },
            Self::AsApplied | Self::NotPaused => news,
        }
    }
}

impl Journal {
    /// Tells the sinks of an environment what is so there now, if it is news: it was not so when they were told last, by
    /// whichever process. Of an environment to which `serve` has never deployed nothing is told.
    ///
    /// # Errors
    ///
    /// The journal cannot be written; nothing is told, and it may be said again.
    pub async fn stands(&self, repository: &str, environment: &str, standing: &Standing, at: Time) -> Result<()> {
        let mut tx = self.reading().await?;
        if !tx.has_sinks().await? {
            return Ok(());
        }
        drop(tx);
        let mut tx = self.writing().await?;
        let newest = "SELECT id FROM deploys WHERE environment = $1 AND repository = $2 \
                      AND cause IN ('serve', 'drift') ORDER BY id DESC LIMIT 1";
        let newest = sqlx::query(newest).bind(environment.to_owned()).bind(repository.to_owned());
        let Some(deploy) = tx.first(newest, rows::id).await? else { return Ok(()) };
        let place = tx.place_of(&deploy).await?;
        let news = standing.news(at);
        if tx.is_news(place, &news).await? {
            tx.tell(place, &deploy, &news).await?;
        }
        tx.commit().await
    }
}

/// An event that was told before.
struct Told {
    id: String,
    kind: EventKind,
    at: Time,
    sameness: String,
}

impl Tx<'_> {
    async fn is_news(&mut self, place: i64, news: &News) -> Result<bool> {
        use EventKind::{Applied, Drifted, Fight, Live, Mended, Paused, Recovered, Resumed};
        let before = match news.kind {
            // A deploy makes everything as it is applied.
            Drifted | Mended => self.last(place, &[Drifted, Mended, Live, Recovered, Applied]).await?,
            Paused | Resumed => self.last(place, &[Paused, Resumed]).await?,
            _ => None,
        };
        Ok(match news.kind {
            Mended => before.is_some_and(|told| told.kind == Drifted),
            Resumed => before.is_some_and(|told| told.kind == Paused),
            Paused => before.is_none_or(|told| told.kind != Paused || told.sameness != news.sameness),
            Drifted if before.is_some_and(|told| told.kind == Drifted && told.sameness == news.sameness) => false,
            Drifted | Fight => !self.was_told_lately(place, news).await?,
            _ => true,
        })
    }

    async fn was_told_lately(&mut self, place: i64, news: &News) -> Result<bool> {
        let last = self.last(place, &[news.kind]).await?;
        Ok(last.is_some_and(|told| told.sameness == news.sameness && news.at.as_millis() - told.at.as_millis() < AGAIN))
    }

    /// The newest event of any of these kinds.
    async fn last(&mut self, place: i64, kinds: &[EventKind]) -> Result<Option<Told>> {
        let sql = "SELECT id, kind, happened, sameness FROM events WHERE place_id = $1 AND kind = $2 ORDER BY id DESC LIMIT 1";
        let mut newest: Option<Told> = None;
        for kind in kinds {
            let found = self.first(sqlx::query(sql).bind(place).bind(kind.as_str()), |row| {
                let mut cells = Cells::new(row);
                let (id, kind) = (cells.text()?, cells.word(EventKind::parse)?);
                Ok(Told { id, kind, at: cells.time()?, sameness: cells.text()? })
            });
            let found = found.await?;
            newest = [newest, found].into_iter().flatten().max_by(|a, b| a.id.cmp(&b.id));
        }
        Ok(newest)
    }
}
