//! A repository on this machine, open for reading.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Decoded objects that are kept while one tree is read: the folders of neighbouring revisions are mostly the same.
const OBJECT_CACHE_BYTES: usize = 16 << 20;

/// A repository on this machine, open for reading: a clone that one stands in, or what a [`Mirror`](crate::Mirror) holds.
///
/// It can be shared between threads, and sees what other processes fetch into it.
pub struct Repository {
    inner: gix::ThreadSafeRepository,
    place: String,
    pub(crate) is_mirror: bool,
}

impl Repository {
    /// Opens a bare mirror, whose configuration is our own.
    pub(crate) fn open_mirror(git_dir: &Path, place: &str) -> Result<Self> {
        let options = gix::open::Options::isolated().open_path_as_is(true).with(gix::sec::Trust::Full);
        let inner = gix::ThreadSafeRepository::open_opts(git_dir, options)
            .map_err(|error| Error::Unusable { place: place.to_owned(), message: tell(&error) })?;
        Ok(Self { inner, place: place.to_owned(), is_mirror: true })
    }

    pub(crate) fn of_clone(inner: gix::ThreadSafeRepository) -> Self {
        let place = inner.work_dir().unwrap_or_else(|| inner.git_dir());
        let place = place.canonicalize().unwrap_or_else(|_| place.to_owned()).display().to_string();
        Self { inner, place, is_mirror: false }
    }

    /// The root of the work tree, absolute; `None` for a bare repository.
    pub fn root(&self) -> Option<PathBuf> {
        let root = self.inner.work_dir()?;
        Some(root.canonicalize().unwrap_or_else(|_| root.to_owned()))
    }

    /// How messages name it: the path of a clone, or the address of a mirror without credentials.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Where git keeps its files; of a linked work tree its own folder.
    pub(crate) fn git_dir(&self) -> PathBuf {
        let git_dir = self.inner.git_dir();
        git_dir.canonicalize().unwrap_or_else(|_| git_dir.to_owned())
    }

    /// A handle for one operation on one thread.
    pub(crate) fn handle(&self) -> gix::Repository {
        let mut handle = self.inner.to_thread_local();
        handle.object_cache_size(OBJECT_CACHE_BYTES);
        handle
    }

    /// Wraps what gitoxide says about the repository as a whole.
    pub(crate) fn unusable(&self) -> impl Fn(gix::Error) -> Error {
        |error| Error::Unusable { place: self.place.clone(), message: tell(&error) }
    }
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Repository({})", self.place)
    }
}

/// The message and its causes in one line.
pub(crate) fn tell(error: &gix::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !cause_text.is_empty() && !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text.replace('\n', " ")
}
