//! Writing a commit as the user's own git would: in the user's name, and signed if that is configured.

use std::path::Path;

use crate::{
    error::{Error, Result},
    options::GitOptions,
    repository::Repository,
    revision::Revision,
    run_git::Git,
};

/// Who writes a commit, and what Landfall adds to its message.
///
/// Name and address come from the variables `GIT_AUTHOR_*` and `GIT_COMMITTER_*`, else from git's configuration. A commit
/// is signed if `commit.gpgSign` is true, with the key and the program that `gpg.format`, `user.signingKey` and the like
/// name.
#[derive(Debug, Clone, Default)]
pub struct CommitAs<'a> {
    /// The clone that the user stands in, whose configuration comes on top of the user's own; `None`: only the user's.
    pub clone: Option<&'a Repository>,
    /// Lines for the end of the message, such as `("Landfall-Environment", "production")`.
    pub trailers: Vec<(String, String)>,
}

/// What git says when it does not know who commits.
const NO_IDENTITY: &[&str] = &[
    "tell me who you are",
    "auto-detect",
    "empty ident",
    "no email was given",
    "no name was given",
    "consists only of disallowed characters",
];

impl CommitAs<'_> {
    /// Writes a commit of `tree` with one parent into the repository at `git_dir`.
    pub(crate) fn write(
        &self,
        git_dir: &Path,
        options: &GitOptions,
        tree: &gix::oid,
        parent: &Revision,
        message: &str,
    ) -> Result<Revision> {
        let configured_by = self.clone.map_or_else(|| git_dir.to_owned(), Repository::git_dir);
        let asked = Git::in_repository(options, &configured_by)
            .args(["config", "--type=bool", "--get", "commit.gpgSign"])
            .finish("Reading git's configuration")?;
        let is_signed = asked.stdout.starts_with(b"true");

        // The clone gives its configuration; the objects are those of the repository that is written to.
        let mut git = Git::in_repository(options, &configured_by)
            .env("GIT_OBJECT_DIRECTORY", common_dir(git_dir).join("objects"))
            // A key with a passphrase must be in an agent: nothing here asks.
            .env("SSH_ASKPASS", "/bin/false")
            .env("SSH_ASKPASS_REQUIRE", "force")
            // Else git makes up an address from the names of the user and the machine.
            .args(["-c", "user.useConfigOnly=true", "-c", "i18n.commitEncoding=UTF-8", "commit-tree"]);
        if is_signed {
            git = git.args(["-S"]);
        }
        let tree = tree.to_hex().to_string();
        let git = git.args(["-p", parent.as_str(), "-F", "-", &tree]).input(message.as_bytes().to_vec());
        let doing = "Writing the commit";
        let finished = git.finish(doing)?;
        if finished.status.success() {
            return Revision::parse(String::from_utf8_lossy(&finished.stdout).trim());
        }
        let said = finished.said;
        Err(if NO_IDENTITY.iter().any(|sign| said.contains(sign)) {
            Error::NoIdentity { said }
        } else if is_signed {
            Error::Signing { said }
        } else {
            Error::Git { doing: doing.to_owned(), said }
        })
    }
}

/// Where a linked work tree's objects are.
fn common_dir(git_dir: &Path) -> std::path::PathBuf {
    match std::fs::read_to_string(git_dir.join("commondir")) {
        Ok(relative) => git_dir.join(relative.trim()),
        Err(_) => git_dir.to_owned(),
    }
}
