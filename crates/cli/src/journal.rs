//! The journal that the command line works with.

use landfall_journal::{Error, Journal, Location};

use crate::{args::JournalArgs, error::CommandError, output, xdg};

/// Opens the journal that the arguments name, or the usual one.
pub async fn open(args: &JournalArgs) -> Result<Journal, CommandError> {
    Ok(Journal::open(&location(args)?).await?)
}

/// The same for a command that can answer without it: a database that is down must not hide what is live.
pub async fn open_or_warn(args: &JournalArgs) -> Result<Option<Journal>, CommandError> {
    match Journal::open(&location(args)?).await {
        Ok(journal) => Ok(Some(journal)),
        Err(error) => {
            output::warning(&format!("{error}: what only the journal knows is left out"));
            Ok(None)
        }
    }
}

fn location(args: &JournalArgs) -> Result<Location, CommandError> {
    Ok(match &args.journal {
        Some(place) => Location::parse(place)?,
        None => Location::file(&xdg::state()?.join("journal.db"))?,
    })
}

impl From<Error> for CommandError {
    fn from(error: Error) -> Self {
        let hint = error.hint();
        Self::user(error.to_string()).hint(hint)
    }
}
