//! Where caches and state live.
//!
//! Source: XDG Base Directory Specification, <https://specifications.freedesktop.org/basedir-spec/latest/>.

use std::{env, path::PathBuf};

use crate::error::CommandError;

/// The folder of things that can be made anew.
pub fn cache() -> Result<PathBuf, CommandError> {
    folder("XDG_CACHE_HOME", ".cache")
}

/// The folder of things that are to last.
pub fn state() -> Result<PathBuf, CommandError> {
    folder("XDG_STATE_HOME", ".local/state")
}

fn folder(variable: &str, default: &str) -> Result<PathBuf, CommandError> {
    // A relative path there is to be ignored, says the specification.
    let set = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    match set.or_else(|| Some(home()?.join(default))) {
        Some(folder) => Ok(folder.join("landfall")),
        None => Err(CommandError::user(format!(
            "There is no folder for files of Landfall: neither HOME nor {variable} is set"
        ))
        .hint(format!("set {variable} to a folder that may be written"))),
    }
}

/// The user's home.
pub fn home() -> Option<PathBuf> {
    env::var_os("HOME").map(PathBuf::from).filter(|path| path.is_absolute())
}
