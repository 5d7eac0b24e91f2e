//! A bare copy of a remote repository, which can be lost at any time and made again.

use std::{
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    clone::{clone, is_damaged, open_sound, remove_leftovers},
    error::{Error, Result},
    fetch,
    lock::Lock,
    ls_remote::{RemoteRefs, ls_remote},
    options::GitOptions,
    remote_fault::RemoteFault,
    repository::Repository,
    revision::{Commit, Revision},
    tree::TreeRead,
    url::RepoUrl,
};

/// A bare copy of a remote repository in a cache folder.
///
/// A mirror that is there has been cloned whole: a clone grows beside its place and is moved there when it is done. Only
/// one process at a time changes a mirror; readers need no lock. A mirror that proves damaged is cloned anew, once, and
/// a warning is logged.
#[derive(Debug)]
pub struct Mirror {
    url: RepoUrl,
    push_url: Option<RepoUrl>,
    options: GitOptions,
    path: PathBuf,
    repository: RwLock<Arc<Repository>>,
}

impl Mirror {
    /// The mirror of `url` under `cache_dir`, cloned if it is not there yet. A mirror that is there is not fetched.
    ///
    /// # Errors
    ///
    /// The remote cannot be cloned, the folder cannot be written, or another process holds the mirror for too long.
    pub fn open(cache_dir: &Path, url: &RepoUrl, options: GitOptions) -> Result<Self> {
        // Manifests may be private.
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(cache_dir)
            .map_err(Error::io("Creating", cache_dir))?;
        let path = cache_dir.canonicalize().map_err(Error::io("Opening", cache_dir))?.join(url.folder_name());
        let _lock = Lock::of(&path, options.lock_limit)?;
        remove_leftovers(&path);
        let existing = path.exists().then(|| open_sound(&path, url));
        let repository = match existing {
            Some(Ok(repository)) => repository,
            Some(Err(damage)) => {
                tracing::warn!(%damage, %url, "the mirror is damaged and is cloned again");
                clone(&path, url, &options)?
            }
            None => clone(&path, url, &options)?,
        };
        Ok(Self { url: url.clone(), push_url: None, options, path, repository: RwLock::new(Arc::new(repository)) })
    }

    /// Whether there is a mirror of `url` under `cache_dir`.
    pub fn is_there(cache_dir: &Path, url: &RepoUrl) -> bool {
        cache_dir.join(url.folder_name()).exists()
    }

    /// Where it comes from.
    pub fn url(&self) -> &RepoUrl {
        &self.url
    }

    /// Pushes to another address than it fetches from, as git's `remote.<name>.pushurl` says.
    #[must_use]
    pub fn pushing_to(mut self, url: Option<RepoUrl>) -> Self {
        self.push_url = url;
        self
    }

    /// Where a push goes.
    pub fn push_url(&self) -> &RepoUrl {
        self.push_url.as_ref().unwrap_or(&self.url)
    }

    pub(crate) fn options(&self) -> &GitOptions {
        &self.options
    }

    /// The bare repository's folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The repository for reading. Prefer the methods of the mirror, which heal damage.
    pub fn repository(&self) -> Arc<Repository> {
        Arc::clone(&self.repository.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks the remote for its branches and tags; changes nothing.
    ///
    /// # Errors
    ///
    /// The remote cannot be read.
    pub fn ls_remote(&self) -> Result<RemoteRefs> {
        ls_remote(&self.url, &self.options)
    }

    /// Brings every branch and tag to what the remote has: new, moved, forced and deleted ones, and the default branch.
    ///
    /// # Errors
    ///
    /// The remote cannot be read, or another process holds the mirror for too long.
    #[tracing::instrument(name = "fetch", skip_all, fields(repository = %self.url))]
    pub fn fetch(&self) -> Result<fetch::Fetched> {
        let _lock = Lock::of(&self.path, self.options.lock_limit)?;
        let repository = self.repository();
        match fetch::fetch(&self.path, &repository, &self.url, &self.options) {
            Err(error)
                if error.is_damage()
                    || (is_unexplained(&error) && is_damaged(&self.path, &self.url, &self.options)) =>
            {
                let before = fetch::local_refs(&repository).unwrap_or_default();
                self.clone_again(&error)?;
                Ok(fetch::Fetched::between(&before, &fetch::local_refs(&self.repository())?))
            }
            result => result,
        }
    }

    /// As [`Repository::resolve`]; a full commit id that no branch or tag holds is asked of the remote by its id.
    ///
    /// # Errors
    ///
    /// As [`Repository::resolve`], or the remote cannot be read.
    pub fn resolve(&self, name: &str) -> Result<Commit> {
        match self.reading(|repository| repository.resolve(name)) {
            Err(unknown @ (Error::Unknown { .. } | Error::Empty { .. })) => {
                let Ok(revision) = Revision::parse(name) else { return Err(unknown) };
                let fetched = Lock::of(&self.path, self.options.lock_limit)
                    .and_then(|_lock| fetch::fetch_commit(&self.path, &revision, &self.url, &self.options));
                match fetched {
                    Err(Error::Remote { fault: RemoteFault::NoSuchCommit, .. }) => Err(unknown),
                    Err(error) => Err(error),
                    Ok(()) => self.repository().resolve(name),
                }
            }
            result => result,
        }
    }

    /// As [`Repository::branch`].
    ///
    /// # Errors
    ///
    /// As [`Repository::branch`].
    pub fn branch(&self, name: &str) -> Result<Commit> {
        self.reading(|repository| repository.branch(name))
    }

    /// As [`Repository::read_tree`].
    ///
    /// # Errors
    ///
    /// As [`Repository::read_tree`].
    pub fn read_tree(&self, revision: &Revision, paths: &[String], keep: impl Fn(&str) -> bool) -> Result<TreeRead> {
        self.reading(|repository| repository.read_tree(revision, paths, &keep))
    }

    /// As [`Repository::read_file`].
    ///
    /// # Errors
    ///
    /// As [`Repository::read_file`].
    pub fn read_file(&self, revision: &Revision, path: &str) -> Result<Option<Vec<u8>>> {
        self.reading(|repository| repository.read_file(revision, path))
    }

    /// As [`Repository::history`].
    ///
    /// # Errors
    ///
    /// As [`Repository::history`].
    pub fn history(&self, revision: &Revision, limit: usize) -> Result<Vec<Commit>> {
        self.reading(|repository| repository.history(revision, limit))
    }

    /// As [`Repository::merge_base`].
    ///
    /// # Errors
    ///
    /// As [`Repository::merge_base`].
    pub fn merge_base(&self, one: &Revision, other: &Revision) -> Result<Option<Revision>> {
        self.reading(|repository| repository.merge_base(one, other))
    }

    /// As [`Repository::is_ancestor`].
    ///
    /// # Errors
    ///
    /// As [`Repository::is_ancestor`].
    pub fn is_ancestor(&self, ancestor: &Revision, descendant: &Revision) -> Result<bool> {
        self.reading(|repository| repository.is_ancestor(ancestor, descendant))
    }

    /// Reads; on damage clones again and reads once more. A revision that is missing as such is no damage: it may have
    /// been dropped from its branch.
    fn reading<T>(&self, read: impl Fn(&Repository) -> Result<T>) -> Result<T> {
        let error = match read(&self.repository()) {
            Err(error) if error.is_damage() && !matches!(&error, Error::MissingObject { kind: "commit", .. }) => error,
            result => return result,
        };
        let _lock = Lock::of(&self.path, self.options.lock_limit)?;
        // Somebody else may have healed it while this one waited.
        let reopened = Repository::open_mirror(&self.path, &self.url.to_string())
            .and_then(|repository| Ok((read(&repository)?, repository)));
        match reopened {
            Ok((value, repository)) => {
                self.replace(repository);
                return Ok(value);
            }
            Err(again) if !again.is_damage() => return Err(again),
            Err(_) => self.clone_again(&error)?,
        }
        read(&self.repository())
    }

    /// Writes with the mirror held; on damage clones again and writes once more.
    pub(crate) fn writing<T>(&self, write: impl Fn(&Repository) -> Result<T>) -> Result<T> {
        let _lock = Lock::of(&self.path, self.options.lock_limit)?;
        match write(&self.repository()) {
            // It may have been dropped from its branch.
            Err(missing @ Error::MissingObject { kind: "commit", .. }) => Err(missing),
            Err(error)
                if error.is_damage()
                    || (is_unexplained(&error) && is_damaged(&self.path, &self.url, &self.options)) =>
            {
                self.clone_again(&error)?;
                write(&self.repository())
            }
            result => result,
        }
    }

    fn clone_again(&self, damage: &Error) -> Result<()> {
        tracing::warn!(%damage, url = %self.url, "the mirror is damaged and is cloned again");
        self.replace(clone(&self.path, &self.url, &self.options)?);
        Ok(())
    }

    fn replace(&self, repository: Repository) {
        *self.repository.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(repository);
    }
}

/// Git has failed for a reason that is none of the remote's.
fn is_unexplained(error: &Error) -> bool {
    matches!(error, Error::Remote { fault: RemoteFault::Other | RemoteFault::Interrupted, .. } | Error::Git { .. })
}
