//! What was not Landfall's doing.

use crate::{
    error::Result,
    journal::Journal,
    observation::{NewObservation, Observation},
    place::Place,
    time::Time,
};

impl Journal {
    /// Records what was seen on the target that Landfall did not do. A fact that is known already is not recorded again.
    /// Returns how many were new.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub async fn observe(&self, place: &Place, observations: &[NewObservation]) -> Result<u64> {
        todo!()
    }

    /// What was seen of a place from `since` on and before `until`, newest first, a thousand at most.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn observations(
        &self,
        place: &Place,
        since: Option<Time>,
        until: Option<Time>,
    ) -> Result<Vec<Observation>> {
        todo!()
    }
}
