//! A deploy begins, or goes on.

use crate::{
    deploy::{Begun, NewDeploy},
    error::{Error, Result},
    id::DeployId,
    journal::Journal,
    place::Place,
    rows::{self, Cells},
    transaction::Tx,
    words::{Cause, Outcome},
};

impl Journal {
    /// Begins a deploy. If an unfinished one of the same place, the same revision and the same kind of cause exists, its
    /// process was killed, and it goes on: its times stay, and the resumption is counted. Unfinished deploys of other
    /// revisions are left alone, since they may run elsewhere; see [`Journal::interrupt_others`].
    ///
    /// The server tries a revision again that was not deployed: its entry, if it is still the newest of the place, is
    /// opened again, so that a night of tries is one line of the timeline and not a hundred.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub async fn begin(&self, deploy: &NewDeploy) -> Result<Begun> {
        let mut tx = self.writing().await?;
        let place = tx.place(&deploy.place).await?;
        let earlier = match unfinished(&mut tx, place, deploy).await? {
            None => failed(&mut tx, place, deploy).await?,
            unfinished => unfinished,
        };
        let begun = match earlier {
            Some(id) => {
                let again = "UPDATE deploys SET resumes = resumes + 1, outcome = 'running', reason = NULL, ended = NULL \
                             WHERE id = $1";
                tx.run(sqlx::query(again).bind(id.to_string())).await?;
                Begun { id, resumed: true }
            }
            None => Begun { id: insert(&mut tx, place, deploy).await?, resumed: false },
        };
        tx.commit().await?;
        Ok(begun)
    }
}

impl Tx<'_> {
    /// The number of a place, which is made if it is new. Until this transaction ends, nobody else writes to the place.
    pub async fn place(&mut self, place: &Place) -> Result<i64> {
        let find = "SELECT id FROM places WHERE target = $1 AND namespace = $2 AND record = $3";
        let touch = "UPDATE places SET writes = writes + 1 WHERE id = $1";
        let insert = "INSERT INTO places (id, target, namespace, record, writes) \
                      SELECT coalesce(max(id), 0) + 1, $1, $2, $3, 0 FROM places WHERE true ON CONFLICT DO NOTHING";
        let named = |sql: &'static str| {
            sqlx::query(sql).bind(place.target.clone()).bind(place.namespace.clone()).bind(place.record.clone())
        };
        loop {
            if let Some(id) = self.first(named(find), rows::number).await? {
                self.run(sqlx::query(touch).bind(id)).await?;
                return Ok(id);
            }
            // Nothing is inserted if another new place has just got the number; the next turn takes another one.
            self.run(named(insert)).await?;
        }
    }

    /// The place of a deploy, whose other writers wait from here on.
    pub async fn place_of(&mut self, id: &DeployId) -> Result<i64> {
        let touch = "UPDATE places SET writes = writes + 1 WHERE id = (SELECT place_id FROM deploys WHERE id = $1)";
        self.run(sqlx::query(touch).bind(id.to_string())).await?;
        let find = "SELECT place_id FROM deploys WHERE id = $1";
        let place = self.first(sqlx::query(find).bind(id.to_string()), rows::number).await?;
        place.ok_or_else(|| Error::UnknownDeploy { id: id.to_string() })
    }
}

/// The newest unfinished deploy that goes on with the new one.
async fn unfinished(tx: &mut Tx<'_>, place: i64, deploy: &NewDeploy) -> Result<Option<DeployId>> {
    let Some(revision) = &deploy.revision else { return Ok(None) };
    let sql =
        "SELECT id, cause FROM deploys WHERE place_id = $1 AND outcome = 'running' AND revision = $2 ORDER BY id DESC";
    let found = tx
        .list(sqlx::query(sql).bind(place).bind(revision.clone()), |row| {
            let mut cells = Cells::new(row);
            Ok((DeployId::stored(cells.text()?), cells.word(Cause::parse)?))
        })
        .await?;
    Ok(found.into_iter().find(|(_, cause)| deploy.cause.resumes(*cause)).map(|(id, _)| id))
}

/// The newest deploy of the place, if the new one tries it again.
async fn failed(tx: &mut Tx<'_>, place: i64, deploy: &NewDeploy) -> Result<Option<DeployId>> {
    if deploy.cause != Cause::Serve {
        return Ok(None);
    }
    let sql = "SELECT id, revision, cause, outcome FROM deploys WHERE place_id = $1 ORDER BY id DESC LIMIT 1";
    let newest = tx
        .first(sqlx::query(sql).bind(place), |row| {
            let mut cells = Cells::new(row);
            let id = DeployId::stored(cells.text()?);
            Ok((id, cells.maybe_text()?, cells.word(Cause::parse)?, cells.word(Outcome::parse)?))
        })
        .await?;
    let is_same = |revision: Option<String>, cause: Cause, outcome: Outcome| {
        revision == deploy.revision && deploy.cause.resumes(cause) && outcome.is_to_be_tried_again()
    };
    Ok(newest.and_then(|(id, revision, cause, outcome)| is_same(revision, cause, outcome).then_some(id)))
}

async fn insert(tx: &mut Tx<'_>, place: i64, deploy: &NewDeploy) -> Result<DeployId> {
    let newest = "SELECT id FROM deploys WHERE place_id = $1 ORDER BY id DESC LIMIT 1";
    let newest = tx.first(sqlx::query(newest).bind(place), rows::id).await?;
    let id = DeployId::new(deploy.detected, newest.as_ref());
    let insert = "INSERT INTO deploys (id, place_id, environment, target, cause, asked_by, repository, revision, author, \
                  subject, message, is_older, committed, detected, outcome, resumes) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, $14, 0)";
    let sql = sqlx::query(insert)
        .bind(id.to_string())
        .bind(place)
        .bind(deploy.environment.clone())
        .bind(deploy.target.clone())
        .bind(deploy.cause.as_str())
        .bind(deploy.asked_by.clone())
        .bind(deploy.repository.clone())
        .bind(deploy.revision.clone())
        .bind(deploy.author.clone())
        .bind(deploy.subject.clone())
        .bind(deploy.message.clone())
        .bind(deploy.committed.map(|time| time.as_millis()))
        .bind(deploy.detected.as_millis())
        .bind(Outcome::Running.as_str());
    tx.run(sql).await?;
    Ok(id)
}
