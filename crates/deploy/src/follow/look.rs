//! One look at a repository: what its branches stand at, and the configuration.

use std::sync::Arc;

use landfall_core::diagnostic::Source;
use landfall_git::{Commit, Error, Mirror, RemoteRefs};

use crate::config::{Config, FILE_NAME};

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
        /// Its configuration, or what is wrong with it, one line for each fault.
        config: Result<Arc<Config>, String>,
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
    let config = config(mirror, &head)?;
    seen.refs = Some(refs);
    Ok(Look::News { head: Box::new(head), config })
}

/// The configuration of a commit, or what is wrong with it.
///
/// # Errors
/// The mirror cannot be read.
pub(super) fn config(mirror: &Mirror, commit: &Commit) -> Result<Result<Arc<Config>, String>, Error> {
    let Some(bytes) = mirror.read_file(&commit.id, FILE_NAME)? else {
        return Ok(Err(format!("The repository has no {FILE_NAME} in its root")));
    };
    let Ok(text) = String::from_utf8(bytes) else { return Ok(Err(format!("{FILE_NAME} is not UTF-8 text"))) };
    let source = Arc::new(Source { path: FILE_NAME.to_owned(), text });
    Ok(Config::read(&source)
        .map(Arc::new)
        .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}
