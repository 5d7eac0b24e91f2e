//! Single deploys, and places.

use crate::{
    deploy::{Deploy, Record},
    error::{Error, Result},
    journal::Journal,
    place::Place,
    rows::{self, DEPLOY},
    transaction::{Sql, Tx},
};

impl Journal {
    /// A whole deploy by its id, or by the beginning of its id if no other begins so.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownDeploy`](crate::Error::UnknownDeploy), [`AmbiguousDeploy`](crate::Error::AmbiguousDeploy), or the
    /// journal cannot be read.
    pub async fn deploy(&self, id: &str) -> Result<Record> {
        let mut tx = self.reading().await?;
        let id = whole_id(&mut tx, id).await?;
        tx.record(&id).await
    }

    /// The deploys of a place that have not ended, newest first. Their processes run, or were killed.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn unfinished(&self, place: &Place) -> Result<Vec<Deploy>> {
        let mut tx = self.reading().await?;
        let Some(place) = tx.known_place(place).await? else { return Ok(Vec::new()) };
        tx.deploys("d.place_id = $1 AND d.outcome = 'running' ORDER BY d.id DESC", |sql| sql.bind(place)).await
    }

    /// The newest deploy of a place that became live.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn last_live(&self, place: &Place) -> Result<Option<Deploy>> {
        let mut tx = self.reading().await?;
        let Some(place) = tx.known_place(place).await? else { return Ok(None) };
        let newest = "d.place_id = $1 AND d.outcome = 'live' ORDER BY d.id DESC LIMIT 1";
        Ok(tx.deploys(newest, |sql| sql.bind(place)).await?.into_iter().next())
    }

    /// All places that were ever deployed to, sorted.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn places(&self) -> Result<Vec<Place>> {
        let mut tx = self.reading().await?;
        let mut places = tx.list(sqlx::query("SELECT target, namespace, record FROM places"), rows::place).await?;
        places.sort();
        Ok(places)
    }
}

impl Tx<'_> {
    /// The number of a place; `None` if nothing was ever deployed there.
    pub async fn known_place(&mut self, place: &Place) -> Result<Option<i64>> {
        let find = "SELECT id FROM places WHERE target = $1 AND namespace = $2 AND record = $3";
        let sql = sqlx::query(find).bind(place.target.clone()).bind(place.namespace.clone());
        self.first(sql.bind(place.record.clone()), rows::number).await
    }

    /// A whole deploy by its whole id.
    pub async fn record(&mut self, id: &str) -> Result<Record> {
        let found = self.deploys("d.id = $1", |sql| sql.bind(id.to_owned())).await?.into_iter().next();
        let deploy = found.ok_or_else(|| Error::UnknownDeploy { id: id.to_owned() })?;
        let objects = "SELECT object, action, fields, manifest, state, written, error FROM objects \
                       WHERE deploy = $1 ORDER BY position";
        let images = "SELECT deploy, object, container, image_before, image_after, digest FROM images \
                      WHERE deploy = $1 AND coalesce(image_before, '') <> coalesce(image_after, '')";
        let rollouts = "SELECT object, state, ready, total, sentence, started, updated, live FROM rollouts \
                        WHERE deploy = $1";
        let objects = self.list(sqlx::query(objects).bind(id.to_owned()), rows::object_change).await?;
        let images = self.list(sqlx::query(images).bind(id.to_owned()), rows::image_change).await?;
        let mut images: Vec<_> = images.into_iter().map(|(_, image)| image).collect();
        images.sort_by(|a, b| (&a.workload, &a.container).cmp(&(&b.workload, &b.container)));
        let mut rollouts = self.list(sqlx::query(rollouts).bind(id.to_owned()), rows::rollout).await?;
        rollouts.sort_by(|a, b| a.workload.cmp(&b.workload));
        Ok(Record { deploy, objects, images, rollouts })
    }

    /// Deploys by the text of a condition, whose values `bind` binds.
    pub async fn deploys(&mut self, condition: &str, bind: impl Fn(Sql<'_>) -> Sql<'_>) -> Result<Vec<Deploy>> {
        let sql = format!("SELECT {DEPLOY} FROM deploys d JOIN places p ON p.id = d.place_id WHERE {condition}");
        self.list(bind(sqlx::query(sqlx::AssertSqlSafe(sql))), rows::deploy).await
    }
}

/// The whole id that begins so.
async fn whole_id(tx: &mut Tx<'_>, id: &str) -> Result<String> {
    let prefix = id.trim().to_lowercase();
    if prefix.is_empty() {
        return Err(Error::UnknownDeploy { id: id.to_owned() });
    }
    // No character of an id sorts after `z`.
    let sql = "SELECT id FROM deploys WHERE id >= $1 AND id < $2 ORDER BY id DESC LIMIT 5";
    let mut found = tx.list(sqlx::query(sql).bind(prefix.clone()).bind(format!("{prefix}zz")), rows::text).await?;
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            found.push(last);
            Err(Error::AmbiguousDeploy { id: id.to_owned(), candidates: found })
        }
        (None, _) => Err(Error::UnknownDeploy { id: id.to_owned() }),
    }
}
