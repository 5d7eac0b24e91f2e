//! One look at a repository: what its branches stand at, and the configuration.

use std::sync::Arc;

use landfall_core::diagnostic::{Diagnostic, Source};
use landfall_git::{Commit, Error, Mirror, RemoteRefs};

use crate::{
    config::{Config, FILE_NAME},
    pause::{LOOKED_THROUGH, ReadConfig},
};

/// What a repository had at the last look.
#[derive(Default)]
pub(super) struct Seen {
    /// Its branches and tags.
    refs: Option<RemoteRefs>,
}

/// What a look brought.
pub(super) enum Look {
    /// Nothing has changed.
    Same,
    /// There are no commits yet.
    Empty,
    /// Something has changed.
    News {
        /// The commit that the default branch stands at.
        head: Box<Commit>,
        /// Its configuration, or what is wrong with it.
        config: ReadConfig,
    },
}

/// Asks the remote for its branches, and fetches only if they are not as they were.
///
/// # Errors
/// The remote or the mirror cannot be read.
pub(super) fn look(mirror: &Mirror, seen: &mut Seen) -> Result<Look, Error> {
    let refs = mirror.ls_remote()?;
    if seen.refs.as_ref() == Some(&refs) {
        return Ok(Look::Same);
    }
    mirror.fetch()?;
    let head = match mirror.resolve("HEAD") {
        Ok(head) => head,
        Err(Error::Empty { .. }) => {
            seen.refs = Some(refs);
            return Ok(Look::Empty);
        }
        Err(error) => return Err(error),
    };
    let missing = || Err(vec![Diagnostic::of_file(FILE_NAME, "The repository does not have this file in its root")]);
    let config = config(mirror, &head)?.unwrap_or_else(missing);
    seen.refs = Some(refs);
    Ok(Look::News { head: Box::new(head), config })
}

/// The configuration of a commit, or what is wrong with it; `None` where the commit has none.
///
/// # Errors
/// The mirror cannot be read.
pub(crate) fn config(mirror: &Mirror, commit: &Commit) -> Result<Option<ReadConfig>, Error> {
    let Some(bytes) = mirror.read_file(&commit.id, FILE_NAME)? else { return Ok(None) };
    let Ok(text) = String::from_utf8(bytes) else {
        return Ok(Some(Err(vec![Diagnostic::of_file(FILE_NAME, "The file is not UTF-8 text")])));
    };
    let source = Arc::new(Source { path: FILE_NAME.to_owned(), text });
    Ok(Some(Config::read(&source).map(Arc::new)))
}

/// The configuration of the newest commit before this one where it can be used.
pub(super) fn last_good(mirror: &Mirror, head: &Commit) -> Option<Arc<Config>> {
    let commits = mirror.history(&head.id, LOOKED_THROUGH).ok()?;
    commits.iter().skip(1).find_map(|commit| config(mirror, commit).ok()??.ok())
}

/// Faults in one text.
pub(crate) fn in_words(faults: &[Diagnostic]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
