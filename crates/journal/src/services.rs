//! What is live, now or then.

use crate::{
    error::Result,
    journal::Journal,
    place::Place,
    service::{LiveAt, Service},
    time::Time,
};

impl Journal {
    /// Each workload of a place as it is live now, or was at `at`, sorted by identity. Knows what deploys brought about
    /// or met, from the first one on.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn services(&self, place: &Place, at: Option<Time>) -> Result<Vec<Service>> {
        todo!()
    }

    /// What was live at a moment: the deploy that had succeeded last, and each workload.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub async fn live_at(&self, place: &Place, at: Time) -> Result<LiveAt> {
        todo!()
    }
}
