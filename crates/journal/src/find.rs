//! Single deploys, and places.

use crate::{
    deploy::{Deploy, Record},
    error::Result,
    journal::Journal,
    place::Place,
};

impl Journal {
    /// A whole deploy by its id, or by the beginning of its id if no other begins so.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownDeploy`](crate::Error::UnknownDeploy), [`AmbiguousDeploy`](crate::Error::AmbiguousDeploy), or the
    /// journal cannot be read.
    pub async fn deploy(&self, id: &str) -> Result<Record> {
        todo!()
    }

    /// The deploys of a place that have not ended, newest first. Their processes run, or were killed.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn unfinished(&self, place: &Place) -> Result<Vec<Deploy>> {
        todo!()
    }

    /// The newest deploy of a place that became live.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn last_live(&self, place: &Place) -> Result<Option<Deploy>> {
        todo!()
    }

    /// All places that were ever deployed to, sorted.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn places(&self) -> Result<Vec<Place>> {
        todo!()
    }
}
