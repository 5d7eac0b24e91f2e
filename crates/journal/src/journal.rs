//! A journal that is open.

use std::sync::Arc;

use sqlx::AnyPool;

use crate::{error::Result, location::Location};

/// An open journal. Cheap to clone; clones share its connections. All of it must be used within one tokio runtime.
#[derive(Clone)]
pub struct Journal {
    pub(crate) pool: AnyPool,
    pub(crate) location: Arc<Location>,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Journal({})", self.location)
    }
}

impl Journal {
    /// Opens the journal, and makes its file, folder and tables where there are none.
    ///
    /// # Errors
    ///
    /// [`Error::NotWritable`](crate::Error::NotWritable), [`Locked`](crate::Error::Locked),
    /// [`Damaged`](crate::Error::Damaged), [`Newer`](crate::Error::Newer),
    /// [`Unreachable`](crate::Error::Unreachable), [`Refused`](crate::Error::Refused).
    pub async fn open(location: &Location) -> Result<Self> {
        todo!()
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Closes its connections; what was written is safe without it. A SQLite file is left without its `-wal` beside it.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
