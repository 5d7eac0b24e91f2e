//! What a database says, as a sentence.

use std::time::Duration;

use sqlx::error::DatabaseError;

use crate::{
    error::Error,
    location::{Kind, Location},
};

/// How long a writer waits for others.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

impl Location {
    /// The error that a user understands. No password gets through.
    pub(crate) fn fault(&self, error: sqlx::Error) -> Error {
        let place = self.to_string();
        let why = self.hide(&error.to_string());
        match (&self.0, error) {
            (_, sqlx::Error::Migrate(error)) => Error::Database { place, why: self.hide(&error.to_string()) },
            (_, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) => Error::Damaged { place, why },
            (Kind::Sqlite(_), sqlx::Error::Database(error)) => self.sqlite(&*error),
            (Kind::Sqlite(_), sqlx::Error::PoolTimedOut) => Error::Locked { place, waited: PATIENCE },
            (Kind::Postgres { .. }, sqlx::Error::Database(error)) => self.postgres(&*error),
            (Kind::Postgres { .. }, sqlx::Error::Io(error)) => {
                Error::Unreachable { place, why: self.hide(&error.to_string()) }
            }
            (Kind::Postgres { .. }, sqlx::Error::Tls(error)) => {
                Error::Unreachable { place, why: self.hide(&format!("no TLS connection: {error}")) }
            }
            (Kind::Postgres { .. }, sqlx::Error::PoolTimedOut) => {
                Error::Unreachable { place, why: format!("no connection within {} seconds", PATIENCE.as_secs()) }
            }
            // The text of such an error may quote any part of the address.
            (_, sqlx::Error::Configuration(_)) => Error::Location {
                shown: place,
                why: "one of the parameters after `?` has a value that makes no sense".to_owned(),
            },
            _ => Error::Database { place, why },
        }
    }

    /// <https://www.sqlite.org/rescode.html>
    fn sqlite(&self, error: &dyn DatabaseError) -> Error {
        let place = self.to_string();
        let why = error.message().to_owned();
        let code: u32 = error.code().and_then(|code| code.parse().ok()).unwrap_or_default();
        match (code & 0xff, &self.0) {
            (5 | 6, _) => Error::Locked { place, waited: PATIENCE },
            (3 | 8 | 14 | 23, Kind::Sqlite(path)) => Error::NotWritable { path: path.clone(), why },
            (13, _) => Error::Full { place },
            (11 | 26, _) => Error::Damaged { place, why },
            _ => Error::Database { place, why },
        }
    }

    /// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
    fn postgres(&self, error: &dyn DatabaseError) -> Error {
        let place = self.to_string();
        let why = self.hide(error.message());
        let code = error.code().unwrap_or_default().into_owned();
        match (code.get(..2).unwrap_or_default(), code.as_str()) {
            ("28", _) | (_, "3D000" | "42501") => Error::Refused { place, why },
            ("08" | "57", _) | (_, "53300") => Error::Unreachable { place, why },
            (_, "53100") => Error::Full { place },
            (_, "55P03") => Error::Locked { place, waited: PATIENCE },
            _ => Error::Database { place, why },
        }
    }
}
