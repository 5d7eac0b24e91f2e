//! What can go wrong with a journal, as sentences, each with advice.

use std::{io, path::PathBuf, time::Duration};

/// The result of everything in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A fault of a journal, of the way to it, or of what was asked of it. No text of it holds a password.
///
/// [`Display`](std::fmt::Display) says what happened and where, as a sentence without a final full stop;
/// [`hint`](Self::hint) says what to do next. `place` is the journal's path, or its address without the password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The location cannot be understood.
    #[error("The journal's location `{shown}` cannot be used: {why}")]
    Location {
        /// What was given, without what may be a password.
        shown: String,
        /// The reason, as a clause.
        why: String,
    },
    /// The file or its folder cannot be read, made or written.
    #[error("The journal {} cannot be written: {why}", path.display())]
    NotWritable {
        /// The file or folder.
        path: PathBuf,
        /// The reason, as a clause.
        why: String,
    },
    /// The disk has no room.
    #[error("The journal {place} cannot be written: the disk is full")]
    Full {
        /// The journal.
        place: String,
    },
    /// Other processes kept it locked all the time.
    #[error("The journal {place} has been locked by another program for {} seconds", waited.as_secs())]
    Locked {
        /// The journal.
        place: String,
        /// How long was waited.
        waited: Duration,
    },
    /// The file is something else, or damaged.
    #[error("The journal {place} cannot be read: {why}")]
    Damaged {
        /// The journal.
        place: String,
        /// The reason, as a clause.
        why: String,
    },
    /// A newer program wrote it.
    #[error(
        "The journal {place} was written by a newer Landfall (version {found} of its tables; this one knows {known})"
    )]
    Newer {
        /// The journal.
        place: String,
        /// The version of its tables.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// PostgreSQL does not answer.
    #[error("PostgreSQL cannot be reached for the journal {place}: {why}")]
    Unreachable {
        /// The journal.
        place: String,
        /// The reason, as a clause.
        why: String,
    },
    /// PostgreSQL lets nobody in: a wrong password, an unknown user or database, missing rights.
    #[error("PostgreSQL refuses the journal {place}: {why}")]
    Refused {
        /// The journal.
        place: String,
        /// What it says.
        why: String,
    },
    /// Anything else that the database says.
    #[error("The journal {place} failed: {why}")]
    Database {
        /// The journal.
        place: String,
        /// What it says.
        why: String,
    },
    /// No deploy has the id.
    #[error("The journal has no deploy `{id}`")]
    UnknownDeploy {
        /// What was asked for.
        id: String,
    },
    /// Several deploys' ids begin so.
    #[error("`{id}` is the beginning of several deploys' ids: {}", candidates.join(", "))]
    AmbiguousDeploy {
        /// What was asked for.
        id: String,
        /// Some of them.
        candidates: Vec<String>,
    },
    /// A text is not a time.
    #[error("`{text}` is not a time")]
    Time {
        /// The text.
        text: String,
    },
    /// Where the reading of a list should go on cannot be understood.
    #[error("`{cursor}` is not the end of a page of deploys")]
    Cursor {
        /// What was passed.
        cursor: String,
    },
}

impl Error {
    /// What to do next: a sentence without a final full stop.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Location { .. } => {
                "Give a path, or an address such as `sqlite:///var/lib/landfall/journal.db` or \
                 `postgres://user@host/database`"
            }
            Self::NotWritable { .. } => {
                "Check the permissions of the file and of its folder, or give another location for the journal"
            }
            Self::Full { .. } => "Make room on the disk, and try again; nothing is lost",
            Self::Locked { .. } => "End the program that holds it, such as a shell of sqlite3, and try again",
            Self::Damaged { .. } => {
                "Move the file away or restore it from a backup; Landfall begins a new journal where there is none"
            }
            Self::Newer { .. } => "Update Landfall on this machine, or give another location for the journal",
            Self::Unreachable { .. } => "Check that the server runs and that its address and port are right",
            Self::Refused { .. } => {
                "Check the user, the password (also in PGPASSWORD and ~/.pgpass) and the database's name, and that the \
                 user may create tables there"
            }
            Self::Database { .. } => "Try again; if it stays so, look into the database's own log",
            Self::UnknownDeploy { .. } => "`landfall history` lists the deploys with their ids",
            Self::AmbiguousDeploy { .. } => "Give more characters of the id",
            Self::Time { .. } => "Write it like `2026-11-24T04:27:46Z`",
            Self::Cursor { .. } => "Pass what the page before said to pass",
        }
    }

    pub(crate) fn not_writable(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::NotWritable { path, why: source.to_string() }
    }
}
