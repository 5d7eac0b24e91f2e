//! Whether somebody newer has come: what a waiting deploy asks every second.

use crate::{error::Result, id::DeployId, journal::Journal, place::Place, time::Time, words::Outcome};

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

impl Journal {
    /// The deploy that took the place of this one: it ended this one, or it is newer, goes to the same place, and has
    /// begun to write or has succeeded without a write. `None` while there is none. One query by an index: cheap enough
    /// to ask several times a second.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn is_superseded(&self, id: &DeployId) -> Result<Option<Newer>> {
        todo!()
    }

    /// The deploy of a place that began last, whatever became of it.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn newest(&self, place: &Place) -> Result<Option<Newer>> {
        todo!()
    }
}
