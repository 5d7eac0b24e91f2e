//! A deploy begins, or goes on.

use crate::{
    deploy::{Begun, NewDeploy},
    error::Result,
    journal::Journal,
};

impl Journal {
    /// Begins a deploy. If an unfinished one of the same place, the same revision and the same kind of cause exists, its
    /// process was killed, and it goes on: its times stay, and the resumption is counted. Unfinished deploys of other
    /// revisions are left alone, since they may run elsewhere; see [`Journal::interrupt_others`].
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub async fn begin(&self, deploy: &NewDeploy) -> Result<Begun> {
        todo!()
    }
}
