//! The journal that the command line works with.

use landfall_journal::{Error, Journal, Location};

use crate::{args::JournalArgs, error::CommandError, xdg};

/// Opens the journal that the arguments name, or the usual one.
pub async fn open(args: &JournalArgs) -> Result<Journal, CommandError> {
    let location = match &args.journal {
        Some(place) => Location::parse(place)?,
        None => Location::file(&xdg::state()?.join("journal.db"))?,
    };
    Ok(Journal::open(&location).await?)
}

impl From<Error> for CommandError {
    fn from(error: Error) -> Self {
        let hint = error.hint();
        Self::user(error.to_string()).hint(hint)
    }
}
