//! What can go wrong with a repository, as sentences, each with advice.

use std::{io, path::PathBuf, time::Duration};

use landfall_core::diagnostic::Diagnostic;

use crate::{push_fault::PushFault, remote_fault::RemoteFault, revert_refusal::RevertRefusal, revision::Revision};

/// The result of everything in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A fault of a repository, of the way to it, or of what was asked of it. No text of it holds credentials.
///
/// [`Display`](std::fmt::Display) says what happened and where, as a sentence without a final full stop;
/// [`hint`](Self::hint) says what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be used.
    #[error("The repository address `{shown}` cannot be used: {why}")]
    Url {
        /// The address without what may be a secret.
        shown: String,
        /// The reason, as a clause.
        why: String,
        /// What to do next.
        hint: String,
    },
    /// The `git` program could not be started.
    #[error("The program `{program}` could not be started: {source}")]
    NoGit {
        /// What was started.
        program: String,
        /// The reason.
        source: io::Error,
    },
    /// The remote repository could not be read.
    #[error("{action} {url} failed: {fault}{}", said_in_brackets(said))]
    Remote {
        /// `Fetching from`, `Listing the branches of`.
        action: String,
        /// The address, masked.
        url: String,
        /// What kind of fault it is.
        fault: RemoteFault,
        /// What git said, masked; may be empty.
        said: String,
    },
    /// The remote did not answer in time; git was killed.
    #[error("{doing} took longer than {} seconds and was stopped", limit.as_secs_f32())]
    TimedOut {
        /// What was done, as `Fetching from https://host/x`, without credentials.
        doing: String,
        /// The limit that was passed.
        limit: Duration,
    },
    /// The caller asked to stop.
    #[error("{doing} was stopped")]
    Cancelled {
        /// What was done, as `Fetching from https://host/x`, without credentials.
        doing: String,
    },
    /// The `git` program refused something local.
    #[error("{doing} failed{}", said_in_brackets(said))]
    Git {
        /// What was done, as `Creating a mirror in /cache/x.git`.
        doing: String,
        /// What git said, masked; may be empty.
        said: String,
    },
    /// Another process holds the mirror.
    #[error("The mirror {} has been in use by another Landfall for {} seconds", path.display(), waited.as_secs())]
    Locked {
        /// The mirror's folder.
        path: PathBuf,
        /// How long was waited.
        waited: Duration,
    },
    /// A file or folder of the cache could not be used.
    #[error("{doing} {} failed: {source}", path.display())]
    Io {
        /// `Creating`, `Opening`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// There is no repository at or above a path.
    #[error("{} is not inside a Git repository", path.display())]
    NotARepository {
        /// Where the search began.
        path: PathBuf,
    },
    /// The repository belongs to another user.
    #[error("The Git repository at {} belongs to another user, and git's `safe.directory` setting does not list it", path.display())]
    Untrusted {
        /// Where the search began.
        path: PathBuf,
    },
    /// The repository cannot be opened.
    #[error("The Git repository {place} cannot be opened: {message}")]
    Unusable {
        /// The path or masked address.
        place: String,
        /// The reason.
        message: String,
    },
    /// There are no commits at all.
    #[error("The Git repository {place} has no commits yet, so `{name}` names nothing")]
    Empty {
        /// The path or masked address.
        place: String,
        /// What was asked for.
        name: String,
    },
    /// No branch, tag or commit has the name.
    #[error("`{name}` is no branch, tag or commit of {place}{}", meant(closest))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The path or masked address.
        place: String,
        /// Branches and tags with a similar name, best first.
        closest: Vec<String>,
        /// True for a clone that one stands in, which may lack what its remote has.
        local: bool,
    },
    /// The name fits several things.
    #[error("`{name}` is ambiguous in {place}: {}", candidates.join("; "))]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// The path or masked address.
        place: String,
        /// What it may mean, each with enough to tell it apart.
        candidates: Vec<String>,
    },
    /// The name is not one of a single commit.
    #[error("`{name}` does not name a commit: {why}")]
    NotACommit {
        /// What was asked for.
        name: String,
        /// The reason, as a clause.
        why: String,
    },
    /// An object that must be there is not.
    #[error("The {kind} {id}{} is missing in {place}{}", of_path(path), why_missing(*partial, *shallow))]
    MissingObject {
        /// `commit`, `folder`, `file`.
        kind: &'static str,
        /// The object's id.
        id: String,
        /// The path that needs it; empty for a commit or the root.
        path: String,
        /// The path or masked address.
        place: String,
        /// The clone was made with `--filter`.
        partial: bool,
        /// The clone was made with `--depth`.
        shallow: bool,
    },
    /// An object is there and cannot be trusted.
    #[error("The object {id}{} is damaged in {place}: {message}", of_path(path))]
    DamagedObject {
        /// The object's id.
        id: String,
        /// The path that needs it; empty for a commit or the root.
        path: String,
        /// The path or masked address.
        place: String,
        /// The reason.
        message: String,
    },
    /// A question about history whose answer lies beyond the end of a shallow clone.
    #[error("Whether {ancestor} comes before {descendant} cannot be told in {place}, a shallow clone", ancestor = ancestor.short(), descendant = descendant.short())]
    Shallow {
        /// The path or masked address.
        place: String,
        /// The one that may come first.
        ancestor: Revision,
        /// The one that may come later.
        descendant: Revision,
    },
    /// Commits that cannot be reverted; nothing was written.
    #[error("{refusal}")]
    Revert {
        /// The reason.
        refusal: Box<RevertRefusal>,
    },
    /// Git does not know who commits.
    #[error("Git does not know in whose name to commit{}", said_in_brackets(said))]
    NoIdentity {
        /// What git said; may be empty.
        said: String,
    },
    /// The commit could not be signed, as `commit.gpgSign` asks for.
    #[error("The commit could not be signed{}", said_in_brackets(said))]
    Signing {
        /// What git said; may be empty.
        said: String,
    },
    /// The remote did not take a commit; nothing has changed there.
    #[error("Pushing to branch `{branch}` of {url} failed: {fault}{}", server_said(said))]
    Push {
        /// The branch's short name.
        branch: String,
        /// The address, masked.
        url: String,
        /// What kind of refusal it is.
        fault: PushFault,
        /// What the forge said, masked; may be empty.
        said: String,
    },
    /// Files that are not committed are in the way of a branch that is checked out.
    #[error("Branch `{branch}` is checked out in {} and could not be moved there{}", root.display(), said_in_brackets(said))]
    WorkTree {
        /// The branch's short name.
        branch: String,
        /// The work tree.
        root: PathBuf,
        /// What git said.
        said: String,
    },
    /// Files that cannot be read; nothing was returned.
    #[error("{} in {place} cannot be read:\n{}", count(faults.len()), lines(faults))]
    Files {
        /// `revision 1a2b3c4 of https://host/x`, or the folder.
        place: String,
        /// One for each path.
        faults: Vec<Diagnostic>,
    },
}

impl Error {
    /// True if a fresh clone of a mirror may help.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, Self::Unusable { .. } | Self::MissingObject { .. } | Self::DamagedObject { .. })
    }

    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}

fn said_in_brackets(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(" (git said: {said})") }
}

fn server_said(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(" (it said: {said})") }
}

fn of_path(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" of {path}") }
}

fn why_missing(partial: bool, shallow: bool) -> &'static str {
    match (partial, shallow) {
        (true, _) => ", a partial clone",
        (false, true) => ", a shallow clone",
        (false, false) => "",
    }
}

fn meant(closest: &[String]) -> String {
    let quoted: Vec<_> = closest.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => format!("; did you mean {only}?"),
        Some((last, rest)) => format!("; did you mean {} or {last}?", rest.join(", ")),
    }
}

fn count(files: usize) -> String {
    if files == 1 { "One path".to_owned() } else { format!("{files} paths") }
}

fn lines(faults: &[Diagnostic]) -> String {
    faults.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n")
}
