//! The clone that one stands in.

use std::path::{Path, PathBuf};

use gix::{remote::Direction, sec::trust::Mapping};

use crate::{
    error::{Error, Result},
    repository::{Repository, tell},
    url::RepoUrl,
};

/// Where the current branch comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// The remote's name, such as `origin`.
    pub remote: String,
    /// Its address, with the user's `url.<base>.insteadOf` rules applied.
    pub url: RepoUrl,
    /// The branch there that the current branch follows, such as `main`; `None` if it follows none.
    pub branch: Option<String>,
    /// Where a push goes, if that is another address: `remote.<name>.pushurl`, or the user's `pushInsteadOf` rules.
    pub push_url: Option<RepoUrl>,
}

impl Repository {
    /// The clone, linked work tree or bare repository at `path` or above it. It is only read: names resolve without any fetch.
    ///
    /// # Errors
    ///
    /// There is none, it belongs to another user and git's `safe.directory` does not list it, or it is broken.
    pub fn local(path: &Path) -> Result<Self> {
        let options = || gix::open::Options::default().bail_if_untrusted(true);
        let trust = Mapping { full: options(), reduced: options() };
        let absolute = || path.canonicalize().unwrap_or_else(|_| path.to_owned());
        // A file's own folder is where a search from a file begins.
        let start = if path.is_file() {
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
        } else {
            path
        };
        match gix::ThreadSafeRepository::discover_opts(start, Default::default(), trust) {
            Ok(inner) => Ok(Self::of_clone(inner)),
            Err(error) if is_untrusted(&error) => {
                Err(Error::Untrusted { path: git_above(&absolute()).unwrap_or_else(absolute) })
            }
            Err(error) if error.is_not_found() && git_above(&absolute()).is_none() => {
                Err(Error::NotARepository { path: absolute() })
            }
            Err(error) => Err(Error::Unusable { place: absolute().display().to_string(), message: tell(&error) }),
        }
    }

    /// The remote of the current branch; for a branch without one, or a detached HEAD, the only remote or `origin`.
    /// `None` if there is none.
    ///
    /// # Errors
    ///
    /// The remote's address cannot be read.
    pub fn upstream(&self) -> Result<Option<Upstream>> {
        let head = self.handle().head_name().map_err(self.unusable())?;
        self.upstream_of(head)
    }

    /// The remote of a branch by its short name, whether it is checked out or not, and whether it is here or not: the
    /// remote that the branch follows, else the only remote or `origin`. `None` if there is none: then the branch here is
    /// the only one.
    ///
    /// # Errors
    ///
    /// The remote's address cannot be read, or no branch can have that name.
    pub fn upstream_of_branch(&self, branch: &str) -> Result<Option<Upstream>> {
        let name = gix::refs::FullName::try_from(format!("refs/heads/{branch}"));
        let name = name.map_err(|_| Error::NotACommit {
            name: branch.to_owned(),
            why: "it is not a name that a branch can have".to_owned(),
        })?;
        self.upstream_of(Some(name))
    }

    fn upstream_of(&self, head: Option<gix::refs::FullName>) -> Result<Option<Upstream>> {
        let handle = self.handle();
        let named = head.as_ref().and_then(|head| handle.branch_remote_name(head.shorten(), Direction::Fetch));
        let followed = named.is_some();
        let name = match named {
            Some(name) => name.as_bstr().to_string(),
            None => match handle.remote_default_name(Direction::Fetch) {
                Some(name) => name.to_string(),
                None => return Ok(None),
            },
        };
        // A branch may follow another branch of this same repository.
        if name == "." {
            return Ok(None);
        }
        let (url, push_url) = match handle.try_find_remote(name.as_bytes()) {
            Some(remote) => {
                let remote = remote.map_err(self.unusable())?;
                let url = |direction| remote.url(direction).map(|url| url.to_bstring().to_string());
                (url(Direction::Fetch), url(Direction::Push))
            }
            None => (Some(name.clone()), None),
        };
        let Some(url) = url else { return Ok(None) };
        let push_url = push_url.filter(|other| *other != url).map(|other| RepoUrl::parse(&self.against_root(&other)));
        let branch =
            head.filter(|_| followed).and_then(|head| handle.branch_remote_ref_name(head.as_ref(), Direction::Fetch));
        let branch = branch.transpose().map_err(self.unusable())?;
        Ok(Some(Upstream {
            remote: name,
            url: RepoUrl::parse(&self.against_root(&url))?,
            branch: branch.map(|branch| branch.shorten().to_string()),
            push_url: push_url.transpose()?,
        }))
    }

    /// Git reads a remote's relative path from the root of the work tree.
    fn against_root(&self, url: &str) -> String {
        let is_relative = !url.starts_with('/') && !url.contains(':');
        match self.root().filter(|_| is_relative) {
            Some(root) => {
                let joined = root.join(url);
                joined.canonicalize().unwrap_or(joined).display().to_string()
            }
            None => url.to_owned(),
        }
    }
}

/// A file that may not be read is denied as well, but says so in other words.
fn is_untrusted(error: &gix::Error) -> bool {
    error.is_permission_denied() && tell(error).contains("owned by the current user")
}

/// The work tree at or above a path, be it whole or broken.
fn git_above(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}
