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
    /// What to do next: a sentence without a final full stop.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Url { hint, .. } => hint,
            Self::NoGit { .. } => "Install git, for example with `apt-get install git`",
            Self::Remote { fault, .. } => fault.hint(),
            Self::TimedOut { .. } => {
                "Check that the server answers `git ls-remote` from here, or allow more time if the repository is large"
            }
            Self::Cancelled { .. } => return None,
            Self::Git { .. } | Self::Io { .. } => {
                "Check that the disk has room and that its permissions let Landfall write there"
            }
            Self::Locked { .. } => "Wait until the other one is done, or end it",
            Self::NotARepository { .. } => {
                "Go into a clone of the deployment repository, or give a repository's address or a folder"
            }
            Self::Untrusted { path } => {
                return Some(format!(
                    "If you trust it, run `git config --global --add safe.directory {}`",
                    path.display()
                ));
            }
            Self::Unusable { .. } => "Run `git fsck` there to see what is wrong, or make a fresh clone",
            Self::Empty { .. } => "Commit the manifests, and push them if this is a remote",
            Self::Unknown { local: true, .. } => "If it exists on the remote, run `git fetch` first",
            Self::Unknown { local: false, .. } => "Push it, or correct the name",
            Self::Ambiguous { .. } => {
                "Give more characters of the commit id, or the full name such as `refs/heads/main`"
            }
            Self::NotACommit { .. } => "Give a branch, a tag or a commit id",
            Self::MissingObject { partial: true, .. } => {
                "Check the revision out once, which downloads its files, or make a full clone"
            }
            Self::MissingObject { shallow: true, .. } | Self::Shallow { .. } => {
                "Run `git fetch --unshallow` in the clone"
            }
            Self::MissingObject { .. } | Self::DamagedObject { .. } => {
                "Run `git fsck` there, and make a fresh clone if it reports damage"
            }
            Self::Revert { refusal } => return Some(refusal.hint()),
            Self::NoIdentity { .. } => {
                "Run `git config --global user.name \"Your Name\"` and `git config --global user.email you@example.com`, or set GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL"
            }
            Self::Signing { .. } => {
                "Check `user.signingKey` and `gpg.format` with `git config --list`, and that an agent holds the key, since Landfall never asks for a passphrase; or run `git config commit.gpgSign false`"
            }
            Self::Push { fault, .. } => fault.hint(),
            Self::WorkTree { .. } => "Commit or stash what is not committed there, and try again",
            Self::Files { .. } => "Correct the files, and try again; nothing was read in part",
        };
        Some(hint.to_owned())
    }

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
