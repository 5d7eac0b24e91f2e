//! How a mirror comes to be, and when it has to come to be again. All of it is for the holder of the mirror's lock.

use std::{fs, path::Path};

use crate::{
    error::{Error, Result},
    fetch,
    object::Objects,
    options::GitOptions,
    repository::Repository,
    revision::Revision,
    run_git::Git,
    url::RepoUrl,
};

/// Clones beside the mirror's place, then moves it there. What was there before stays until the clone is whole.
pub(crate) fn clone(path: &Path, url: &RepoUrl, options: &GitOptions) -> Result<Repository> {
    let growing = path.with_extension(format!("new-{}", std::process::id()));
    let result = grow(&growing, url, options).and_then(|()| {
        if path.exists() {
            let old = path.with_extension(format!("old-{}", std::process::id()));
            fs::rename(path, &old).map_err(Error::io("Replacing", path))?;
        }
        fs::rename(&growing, path).map_err(Error::io("Creating", path))
    });
    remove_leftovers(path);
    result?;
    open_sound(path, url)
}

fn grow(growing: &Path, url: &RepoUrl, options: &GitOptions) -> Result<()> {
    let git = Git::anywhere(options).args([
        "init",
        "--quiet",
        "--bare",
        "--template=",
        "--object-format=sha1",
        "--initial-branch=main",
    ]);
    git.args([growing]).must(&format!("Creating a mirror in {}", growing.display()))?;
    // Tells a person who looks into the cache what this is; nothing reads it.
    let description = growing.join("description");
    fs::write(&description, format!("Landfall's mirror of {url}\n")).map_err(Error::io("Writing", &description))?;
    let repository = Repository::open_mirror(growing, &url.to_string())?;
    fetch::fetch(growing, &repository, url, options).map(drop)
}

/// Opens a mirror, and makes sure that every branch and tag has its object and the default branch its files' root.
pub(crate) fn open_sound(path: &Path, url: &RepoUrl) -> Result<Repository> {
    let repository = Repository::open_mirror(path, &url.to_string())?;
    let objects = Objects::of(&repository);
    for (name, id) in fetch::local_refs(&repository)? {
        if !objects.handle.has_object(id.id()?) {
            return Err(Error::Unusable {
                place: repository.place().to_owned(),
                message: format!("{name} points to {id}, which is missing"),
            });
        }
    }
    if let Ok(head) = objects.handle.head_id() {
        let root = objects.root_tree(&Revision::of(&head))?;
        objects.read(&root, gix::objs::Kind::Tree, "")?;
    }
    drop(objects);
    Ok(repository)
}

/// True if the mirror cannot be used: unreadable, incomplete, or locked by a git that was killed. Costs a walk over all
/// commits, so it is only asked after a failure.
pub(crate) fn is_damaged(path: &Path, url: &RepoUrl, options: &GitOptions) -> bool {
    let sound = open_sound(path, url).and_then(|_| {
        Git::in_repository(options, path)
            .args(["fsck", "--connectivity-only", "--no-dangling", "--no-progress"])
            .must("Checking the mirror")
    });
    sound.is_err() || has_stale_lock(path, 0)
}

/// Whoever asks holds our lock, so a lock file of git's was left by one that is dead.
fn has_stale_lock(folder: &Path, level: usize) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        match path.is_dir() {
            true => level < 6 && entry.file_name() != "objects" && has_stale_lock(&path, level + 1),
            false => path.extension().is_some_and(|extension| extension == "lock"),
        }
    })
}

/// Removes what killed clones have left beside the mirror. Only for the holder of its lock.
pub(crate) fn remove_leftovers(path: &Path) {
    let (Some(parent), Some(stem)) = (path.parent(), path.file_stem()) else { return };
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let other = entry.path();
        let extension = other.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let is_leftover =
            other.file_stem() == Some(stem) && (extension.starts_with("new-") || extension.starts_with("old-"));
        if is_leftover && let Err(error) = fs::remove_dir_all(&other) {
            tracing::debug!(%error, path = %other.display(), "a leftover of a mirror was not removed");
        }
    }
}
