//! From when to when a workload was live as it was.

use std::collections::BTreeMap;

use crate::{
    error::Result,
    id::DeployId,
    rows::{self, Cells},
    service::ServiceImage,
    time::Time,
    transaction::Tx,
};

/// The last span of a workload.
pub(crate) struct Span {
    pub started: Time,
    pub is_open: bool,
    pub deploy: Option<DeployId>,
    pub images: Vec<ServiceImage>,
}

/// What a deploy wants of a workload's container.
struct Wanted {
    container: String,
    image: Option<String>,
    digest: Option<String>,
}

impl Tx<'_> {
    /// The open spans of a place, by workload.
    pub async fn open_spans(&mut self, place: i64) -> Result<BTreeMap<String, Vec<ServiceImage>>> {
        let sql = "SELECT object, images FROM spans WHERE place_id = $1 AND ended IS NULL";
        let found = self.list(sqlx::query(sql).bind(place), |row| {
            let mut cells = Cells::new(row);
            Ok((cells.text()?, rows::images(&cells.text()?)?))
        });
        Ok(found.await?.into_iter().collect())
    }

    /// A workload is live as a deploy made it; says whether that is news. Does nothing if that is known, if a newer deploy's is live already, or if
    /// the deploy did not touch the workload.
    pub async fn went_live(&mut self, place: i64, deploy: &DeployId, object: &str, at: Time) -> Result<bool> {
        let last = self.last_span(place, object).await?;
        if last.as_ref().is_some_and(|span| span.deploy.as_ref() >= Some(deploy)) {
            return Ok(false);
        }
        let wanted = self.wanted(deploy, object).await?;
        if wanted.is_empty() && !self.writes(deploy, object).await? {
            return Ok(false);
        }
        let at = last.as_ref().map_or(at, |last| at.max(Time::from_millis(last.started.as_millis() + 1)));
        let before = last.filter(|last| last.is_open).map(|last| last.images).unwrap_or_default();
        let revision = "SELECT revision FROM deploys WHERE id = $1 AND revision IS NOT NULL";
        let revision = self.first(sqlx::query(revision).bind(deploy.to_string()), rows::text).await?;
        let images = if wanted.is_empty() {
            before
        } else {
            let new = |wanted| image(wanted, &before, deploy, revision.as_ref(), at);
            wanted.into_iter().filter_map(new).collect()
        };
        self.went(place, object, at).await?;
        self.begin_span(place, object, at, Some((deploy, revision)), &images).await?;
        Ok(true)
    }

    /// A workload was met that the journal does not know to be live.
    pub async fn was_met(&mut self, place: i64, object: &str, at: Time, images: &[ServiceImage]) -> Result<()> {
        let last = self.last_span(place, object).await?;
        let at = last.map_or(at, |last| at.max(Time::from_millis(last.started.as_millis() + 1)));
        self.begin_span(place, object, at, None, images).await
    }

    /// A workload is not live any more.
    pub async fn went(&mut self, place: i64, object: &str, at: Time) -> Result<()> {
        // The plus keeps SQLite from looking through all spans that there ever were instead of the open one.
        let sql =
            "UPDATE spans SET ended = $1 WHERE place_id = $2 AND object = $3 AND ended IS NULL AND +started <= $1";
        self.run(sqlx::query(sql).bind(at.as_millis()).bind(place).bind(object.to_owned())).await?;
        Ok(())
    }

    /// The digests of images that are live by a deploy.
    pub async fn ran(&mut self, place: i64, deploy: &DeployId, object: &str, digests: &[(&str, &str)]) -> Result<()> {
        let Some(mut last) = self.last_span(place, object).await? else { return Ok(()) };
        if last.deploy.as_ref() != Some(deploy) {
            return Ok(());
        }
        for image in &mut last.images {
            if let Some((_, digest)) = digests.iter().find(|(container, _)| *container == image.container) {
                image.digest = Some((*digest).to_owned());
            }
        }
        let sql = "UPDATE spans SET images = $1 WHERE place_id = $2 AND object = $3 AND started = $4";
        let sql = sqlx::query(sql).bind(json(&last.images)).bind(place).bind(object.to_owned());
        self.run(sql.bind(last.started.as_millis())).await?;
        Ok(())
    }

    async fn last_span(&mut self, place: i64, object: &str) -> Result<Option<Span>> {
        let sql = "SELECT started, ended, deploy, images FROM spans WHERE place_id = $1 AND object = $2 \
                   ORDER BY started DESC LIMIT 1";
        self.first(sqlx::query(sql).bind(place).bind(object.to_owned()), |row| {
            let mut cells = Cells::new(row);
            Ok(Span {
                started: cells.time()?,
                is_open: cells.maybe_time()?.is_none(),
                deploy: cells.maybe_id()?,
                images: rows::images(&cells.text()?)?,
            })
        })
        .await
    }

    async fn begin_span(
        &mut self,
        place: i64,
        object: &str,
        at: Time,
        by: Option<(&DeployId, Option<String>)>,
        images: &[ServiceImage],
    ) -> Result<()> {
        let known = "INSERT INTO services (place_id, object) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.run(sqlx::query(known).bind(place).bind(object.to_owned())).await?;
        let (deploy, revision) = by.map_or((None, None), |(deploy, revision)| (Some(deploy.to_string()), revision));
        let insert = "INSERT INTO spans (place_id, object, started, deploy, revision, images) \
                      VALUES ($1, $2, $3, $4, $5, $6)";
        let sql = sqlx::query(insert).bind(place).bind(object.to_owned()).bind(at.as_millis());
        self.run(sql.bind(deploy).bind(revision).bind(json(images))).await?;
        Ok(())
    }

    async fn wanted(&mut self, deploy: &DeployId, object: &str) -> Result<Vec<Wanted>> {
        let sql = "SELECT container, image_after, digest FROM images WHERE deploy = $1 AND object = $2";
        let mut wanted = self
            .list(sqlx::query(sql).bind(deploy.to_string()).bind(object.to_owned()), |row| {
                let mut cells = Cells::new(row);
                Ok(Wanted { container: cells.text()?, image: cells.maybe_text()?, digest: cells.maybe_text()? })
            })
            .await?;
        wanted.sort_by(|a, b| a.container.cmp(&b.container));
        Ok(wanted)
    }

    async fn writes(&mut self, deploy: &DeployId, object: &str) -> Result<bool> {
        let sql = "SELECT position FROM objects WHERE deploy = $1 AND object = $2 \
                   AND action IN ('create', 'update', 'replace') AND state <> 'failed'";
        let found = self.first(sqlx::query(sql).bind(deploy.to_string()).bind(object.to_owned()), rows::number);
        Ok(found.await?.is_some())
    }
}

/// The image that a container has from now on; the same one as before keeps its history.
fn image(
    wanted: Wanted,
    before: &[ServiceImage],
    deploy: &DeployId,
    revision: Option<&String>,
    at: Time,
) -> Option<ServiceImage> {
    let name = wanted.image?;
    match before.iter().find(|old| old.container == wanted.container && old.image == name) {
        Some(old) => Some(ServiceImage { digest: wanted.digest.or_else(|| old.digest.clone()), ..old.clone() }),
        None => Some(ServiceImage {
            container: wanted.container,
            image: name,
            digest: wanted.digest,
            since: Some(at),
            deploy: Some(deploy.clone()),
            revision: revision.cloned(),
        }),
    }
}

fn json(images: &[ServiceImage]) -> String {
    // Texts and numbers can always be written.
    serde_json::to_string(images).unwrap_or_else(|_| "[]".to_owned())
}
