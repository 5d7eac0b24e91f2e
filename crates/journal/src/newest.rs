//! Whether somebody newer has come: what a waiting deploy asks every second.

use sqlx::any::AnyRow;

use crate::{
    error::{Error, Result},
    id::DeployId,
    journal::Journal,
    place::Place,
    rows::Cells,
    time::Time,
    words::Outcome,
};

/// A deploy in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newer {
    /// The deploy.
    pub id: DeployId,
    /// Its revision.
    pub revision: Option<String>,
    /// Who asked for it.
    pub asked_by: Option<String>,
    /// When it wrote its first object.
    pub first_write: Option<Time>,
    /// How it ended, or that it has not.
    pub outcome: Outcome,
}

const COLUMNS: &str = "d.id, d.revision, d.asked_by, d.first_write, d.outcome";

impl Journal {
    /// The deploy that took the place of this one: it ended this one, or it is newer, goes to the same place, and has
    /// begun to write or has succeeded without a write. `None` while there is none. Two look-ups by an index: cheap
    /// enough to ask several times a second.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or does not have the deploy.
    pub async fn is_superseded(&self, id: &DeployId) -> Result<Option<Newer>> {
        let mut tx = self.reading().await?;
        let own = "SELECT place_id, ended_by FROM deploys WHERE id = $1";
        let own = tx.first(sqlx::query(own).bind(id.to_string()), |row| {
            let mut cells = Cells::new(row);
            Ok((cells.number()?, cells.maybe_text()?))
        });
        let Some((place, ended_by)) = own.await? else { return Err(Error::UnknownDeploy { id: id.to_string() }) };
        if let Some(by) = ended_by {
            let sql = format!("SELECT {COLUMNS} FROM deploys d WHERE d.id = $1");
            return tx.first(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(by), newer).await;
        }
        // What this one ended itself, when it was taken up again, does not end it in return.
        let sql = format!(
            "SELECT {COLUMNS} FROM deploys d WHERE d.place_id = $1 AND d.id > $2 \
             AND (d.first_write IS NOT NULL OR d.outcome IN ('live', 'applied')) \
             AND (d.ended_by IS NULL OR d.ended_by <> $2) ORDER BY d.id DESC LIMIT 1"
        );
        tx.first(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(place).bind(id.to_string()), newer).await
    }

    /// The deploy of a place that began last, whatever became of it.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn newest(&self, place: &Place) -> Result<Option<Newer>> {
        let mut tx = self.reading().await?;
        let Some(place) = tx.known_place(place).await? else { return Ok(None) };
        let sql = format!("SELECT {COLUMNS} FROM deploys d WHERE d.place_id = $1 ORDER BY d.id DESC LIMIT 1");
        tx.first(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(place), newer).await
    }
}

fn newer(row: &AnyRow) -> sqlx::Result<Newer> {
    let mut cells = Cells::new(row);
    Ok(Newer {
        id: DeployId::stored(cells.text()?),
        revision: cells.maybe_text()?,
        asked_by: cells.maybe_text()?,
        first_write: cells.maybe_time()?,
        outcome: cells.word(Outcome::parse)?,
    })
}
