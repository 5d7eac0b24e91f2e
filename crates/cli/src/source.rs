//! Where manifests come from: a revision of a repository, or files.

use std::{
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use landfall_core::{
    diagnostic::Source,
    manifest::{self, Manifest, ManifestFile, is_manifest_path},
};
use landfall_deploy::config::{Config, FILE_NAME};
use landfall_git::{Commit, GitOptions, Mirror, RepoUrl, Repository, Revision, TreeRead};

use crate::{error::CommandError, output, xdg};

/// A deployment repository: the clone that the user stands in, or a mirror of a remote one.
pub enum DeploymentRepository {
    /// A clone, read as it is.
    Local(Box<Repository>),
    /// A mirror in the cache.
    Mirror(Arc<Mirror>),
}

impl DeploymentRepository {
    /// Opens the repository at an address, or the one around the working directory.
    pub fn open(repo: Option<&str>) -> Result<Self, CommandError> {
        let Some(repo) = repo else { return Ok(Self::Local(Box::new(Repository::local(Path::new("."))?))) };
        if Path::new(repo).is_dir() {
            return Ok(Self::Local(Box::new(Repository::local(Path::new(repo))?)));
        }
        if !repo.contains(':') {
            return Err(CommandError::user(format!("There is no folder '{repo}'"))
                .hint("give the path of a clone, or the address of a repository, with --repo"));
        }
        Ok(Self::Mirror(Arc::new(open_mirror(&RepoUrl::parse(repo)?)?)))
    }

    /// The commit that a name stands for.
    pub fn resolve(&self, name: &str) -> Result<Commit, CommandError> {
        Ok(match self {
            Self::Local(repository) => repository.resolve(name)?,
            Self::Mirror(mirror) => mirror.resolve(name)?,
        })
    }

    /// Whether a commit comes before another one. Where the history does not reach so far, nobody can tell.
    pub fn is_ancestor(&self, one: &Revision, other: &Revision) -> bool {
        let base = match self {
            Self::Local(repository) => repository.merge_base(one, other),
            Self::Mirror(mirror) => mirror.merge_base(one, other),
        };
        base.is_ok_and(|base| base.as_ref() == Some(one))
    }

    /// The tip of a branch.
    pub fn branch(&self, name: &str) -> Result<Commit, CommandError> {
        Ok(match self {
            Self::Local(repository) => repository.branch(name)?,
            Self::Mirror(mirror) => mirror.branch(name)?,
        })
    }

    /// The address for the record, without credentials.
    pub fn address(&self) -> Option<String> {
        match self {
            Self::Local(repository) => repository.upstream().ok().flatten().map(|upstream| upstream.url.to_string()),
            Self::Mirror(mirror) => Some(mirror.url().to_string()),
        }
    }

    /// `landfall.yaml` of a revision; `None` where it has none.
    pub fn config(&self, revision: &Revision) -> Result<Option<Config>, CommandError> {
        let Some(source) = self.config_source(revision)? else { return Ok(None) };
        Config::read(&source).map(Some).map_err(|faults| {
            let at = revision.short();
            CommandError::faults(faults)
                .with_message(format!("{FILE_NAME} of revision {at} cannot be used; nothing was applied"))
        })
    }

    /// The text of `landfall.yaml` of a revision; `None` where it has none.
    pub fn config_source(&self, revision: &Revision) -> Result<Option<Arc<Source>>, CommandError> {
        let bytes = match self {
            Self::Local(repository) => repository.read_file(revision, FILE_NAME)?,
            Self::Mirror(mirror) => mirror.read_file(revision, FILE_NAME)?,
        };
        let Some(bytes) = bytes else { return Ok(None) };
        let text =
            String::from_utf8(bytes).map_err(|_| CommandError::user(format!("{FILE_NAME} is not UTF-8 text")))?;
        Ok(Some(Arc::new(Source { path: FILE_NAME.to_owned(), text })))
    }

    /// A commit and those before it along first parents, newest first.
    pub fn history(&self, revision: &Revision, limit: usize) -> Result<Vec<Commit>, CommandError> {
        Ok(match self {
            Self::Local(repository) => repository.history(revision, limit)?,
            Self::Mirror(mirror) => mirror.history(revision, limit)?,
        })
    }

    /// Where a branch stands, as far as this machine knows: here, and in a mirror of its remote where somebody on this
    /// machine has pushed or fetched what is not here yet. Asks nobody.
    pub fn known_tip(&self, branch: &str) -> Option<(Option<Self>, Commit)> {
        if let Self::Local(repository) = self
            && let Ok(Some(upstream)) = repository.upstream_of_branch(branch)
        {
            let followed = upstream.branch.as_deref().unwrap_or(branch);
            let remote = repository.resolve(&format!("refs/remotes/{}/{followed}", upstream.remote)).ok();
            let here = repository.branch(branch).ok();
            let is_new = |tip: &Commit| {
                here.as_ref().is_none_or(|here| here.id != tip.id && self.is_ancestor(&here.id, &tip.id))
            };
            let remote = remote.filter(&is_new);
            let mirror = known_mirror(&upstream.url).map(|mirror| Self::Mirror(Arc::new(mirror)));
            if let Some(mirror) = mirror
                && let Ok(tip) = mirror.branch(followed)
                // What is here already is no news.
                && repository.resolve(tip.id.as_str()).is_err()
            {
                return Some((Some(mirror), tip));
            }
            if let Some(tip) = remote {
                return Some((None, tip));
            }
        }
        self.branch(branch).ok().map(|tip| (None, tip))
    }

    /// Tells once of manifests that the user has changed and not committed: they are not what is deployed.
    pub fn note_uncommitted(&self, paths: &[String]) {
        let Self::Local(repository) = self else { return };
        let changed = match repository.uncommitted(&GitOptions::default(), paths, is_manifest_path) {
            Ok(changed) => changed,
            // The commit itself can be read; this is only a courtesy.
            Err(error) => return tracing::debug!(%error, "the work tree was not compared"),
        };
        let (Some(first), others) = (changed.first(), changed.len().saturating_sub(1)) else { return };
        let files = match others {
            0 => first.clone(),
            1 => format!("{first} and 1 more file"),
            _ => format!("{first} and {others} more files"),
        };
        output::note(&format!("Not deployed, since they are not committed: changes of {files}"));
    }

    /// The manifests of a revision.
    pub fn manifests(&self, revision: &Revision, paths: &[String]) -> Result<Vec<Manifest>, CommandError> {
        let read = match self {
            Self::Local(repository) => repository.read_tree(revision, paths, is_manifest_path)?,
            Self::Mirror(mirror) => mirror.read_tree(revision, paths, is_manifest_path)?,
        };
        load(read)
    }
}

/// The mirror of a remote repository in the cache, as the remote is now.
pub fn open_mirror(url: &RepoUrl) -> Result<Mirror, CommandError> {
    output::note(&format!("Fetching {url}"));
    let mirror = cached_mirror(url)?;
    mirror.fetch()?;
    Ok(mirror)
}

/// The mirror of a repository, if the cache has one. It is as it was last fetched.
fn known_mirror(url: &RepoUrl) -> Option<Mirror> {
    let cache = xdg::cache().ok()?.join("repositories");
    if Mirror::is_there(&cache, url) { cached_mirror(url).ok() } else { None }
}

/// The mirror of a repository in the cache, which is cloned if it is not there yet, and not fetched.
pub fn cached_mirror(url: &RepoUrl) -> Result<Mirror, CommandError> {
    let options = GitOptions { extra_env: inherited_ssh_command(), ..GitOptions::default() };
    Ok(Mirror::open(&xdg::cache()?.join("repositories"), url, options)?)
}

/// ssh as the user configured it: named explicitly, so that it can be kept from asking.
fn inherited_ssh_command() -> Vec<(String, String)> {
    std::env::var("GIT_SSH_COMMAND").ok().map(|command| ("GIT_SSH_COMMAND".to_owned(), command)).into_iter().collect()
}

/// The manifests of files and folders, as `kubectl -f` and `-R` read them.
pub fn manifests_of_files(paths: &[PathBuf], recursive: bool) -> Result<Vec<Manifest>, CommandError> {
    let (stdin, files): (Vec<_>, Vec<_>) = paths.iter().partition(|path| path.as_os_str() == "-");
    if let Some(url) = files.iter().find(|path| path.to_string_lossy().contains("://")) {
        return Err(CommandError::user(format!("{} is an address; Landfall reads files", url.display()))
            .hint("download it first, look at it, and commit it: what is not in the repository has no history"));
    }
    let mut read = landfall_git::read_directory(&files, recursive, is_manifest_path)?;
    if !stdin.is_empty() {
        let mut bytes = Vec::new();
        let failed = |error| CommandError::user(format!("Standard input cannot be read: {error}"));
        std::io::stdin().read_to_end(&mut bytes).map_err(failed)?;
        read.files.push(landfall_git::TreeFile { path: "STDIN".to_owned(), bytes });
    }
    load(read)
}

fn load(read: TreeRead) -> Result<Vec<Manifest>, CommandError> {
    for submodule in &read.submodules {
        output::warning(&format!(
            "{submodule} is a submodule: its files are in another repository and are not deployed"
        ));
    }
    for link in &read.symlinks {
        output::warning(&format!("{} is a link to the folder {}, and is not followed", link.path, link.target));
    }
    let files = read.files.into_iter().map(|file| ManifestFile { path: file.path, bytes: file.bytes }).collect();
    manifest::load(files).map_err(CommandError::faults)
}
