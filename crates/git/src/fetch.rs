//! Bringing a mirror up to date.

use std::{collections::BTreeMap, path::Path};

use crate::{
    error::{Error, Result},
    ls_remote::ls_remote,
    options::GitOptions,
    repository::Repository,
    revision::Revision,
    run_git::Git,
    url::RepoUrl,
};

/// What a fetch changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// The branches and tags that moved, by name.
    pub changes: Vec<RefChange>,
}

/// A branch or tag that moved, came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefChange {
    /// The full name, such as `refs/heads/main`.
    pub name: String,
    /// Where it pointed; `None` if it is new.
    pub old: Option<Revision>,
    /// Where it points; `None` if it was deleted.
    pub new: Option<Revision>,
}

impl Fetched {
    pub(crate) fn between(old: &BTreeMap<String, Revision>, new: &BTreeMap<String, Revision>) -> Self {
        let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
        names.sort();
        names.dedup();
        let changes = names
            .into_iter()
            .map(|name| RefChange { name: name.clone(), old: old.get(name).cloned(), new: new.get(name).cloned() })
            .filter(|change| change.old != change.new)
            .collect();
        Self { changes }
    }
}

/// Lists the remote first: this tells the default branch, and a remote without news, the common case, costs nothing more.
/// Only for the holder of the mirror's lock.
pub(crate) fn fetch(path: &Path, repository: &Repository, url: &RepoUrl, options: &GitOptions) -> Result<Fetched> {
    let remote = ls_remote(url, options)?;
    let before = local_refs(repository)?;
    let there: BTreeMap<&str, &Revision> = remote.refs.iter().map(|(name, found)| (name.as_str(), &found.id)).collect();
    let here: BTreeMap<&str, &Revision> = before.iter().map(|(name, id)| (name.as_str(), id)).collect();
    let mut changes = Fetched::default();
    if there != here {
        let git = fetching(path, url, options)?.args(["--prune", "--force", "--", url.plain()]);
        git.args(["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]).talk("Fetching from")?;
        changes = Fetched::between(&before, &local_refs(repository)?);
        tidy(path, options);
    }
    if let Some(head) = remote.head {
        set_head(path, repository, &head, options)?;
    }
    Ok(changes)
}

/// Fetches one commit that no branch or tag may hold any more.
pub(crate) fn fetch_commit(path: &Path, revision: &Revision, url: &RepoUrl, options: &GitOptions) -> Result<()> {
    fetching(path, url, options)?.args(["--", url.plain(), revision.as_str()]).talk("Fetching from").map(drop)
}

/// Every branch and tag of a mirror.
pub(crate) fn local_refs(repository: &Repository) -> Result<BTreeMap<String, Revision>> {
    let handle = repository.handle();
    let references = handle.references().map_err(repository.unusable())?;
    let mut found = BTreeMap::new();
    for reference in references.all().map_err(repository.unusable())? {
        let reference = reference.map_err(repository.unusable())?;
        let name = reference.name().as_bstr().to_string();
        if name.starts_with("refs/heads/") || name.starts_with("refs/tags/") {
            let Some(id) = reference.try_id() else {
                return Err(Error::Unusable {
                    place: repository.place().to_owned(),
                    message: format!("{name} points to another name"),
                });
            };
            found.insert(name, Revision::of(&id));
        }
    }
    Ok(found)
}

fn fetching<'a>(path: &Path, url: &'a RepoUrl, options: &'a GitOptions) -> Result<Git<'a>> {
    let git = Git::in_repository(options, path).for_remote(url)?;
    Ok(git.args([
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--no-auto-maintenance",
    ]))
}

fn set_head(path: &Path, repository: &Repository, head: &str, options: &GitOptions) -> Result<()> {
    let current = repository.handle().head_name().ok().flatten();
    if current.is_some_and(|current| current.as_bstr() == head) {
        return Ok(());
    }
    let git = Git::in_repository(options, path).args(["symbolic-ref", "HEAD", head]);
    git.must(&format!("Setting the default branch of the mirror in {}", path.display())).map(drop)
}

/// Packs what many fetches leave behind. Commits that no branch holds any more are kept for ever, since one of them
/// may be live somewhere.
fn tidy(path: &Path, options: &GitOptions) {
    let git = Git::in_repository(options, path).args([
        "-c",
        "gc.pruneExpire=never",
        "-c",
        "gc.cruftPacks=true",
        "gc",
        "--auto",
        "--quiet",
    ]);
    if let Err(error) = git.must(&format!("Packing the mirror in {}", path.display())) {
        tracing::debug!(%error, "the mirror was not packed");
    }
}
