//! What to do next, for each thing that can go wrong.

use crate::error::Error;

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
}
