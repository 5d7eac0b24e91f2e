//! The order of commits.

use crate::{
    error::{Error, Result},
    object::Objects,
    repository::Repository,
    revision::{Commit, Revision},
};

impl Repository {
    /// The commit and those before it along first parents, newest first: the line that a branch took. At most `limit`,
    /// and no further than a shallow clone reaches.
    ///
    /// # Errors
    ///
    /// A commit is missing or damaged.
    pub fn history(&self, revision: &Revision, limit: usize) -> Result<Vec<Commit>> {
        let objects = Objects::of(self);
        let boundary = objects.handle.shallow_commits().map_err(self.unusable())?;
        let mut commits: Vec<Commit> = Vec::new();
        let mut next = Some(revision.id()?);
        while let Some(id) = next.filter(|_| commits.len() < limit) {
            let commit = objects.commit(&id)?;
            let is_last = boundary.as_ref().is_some_and(|boundary| boundary.contains(&id));
            next = match commit.parents.first() {
                Some(parent) if !is_last => Some(parent.id()?),
                _ => None,
            };
            commits.push(commit);
        }
        Ok(commits)
    }

    /// The best common ancestor of two commits; `None` if they share no history.
    ///
    /// # Errors
    ///
    /// A commit is missing or damaged.
    pub fn merge_base(&self, one: &Revision, other: &Revision) -> Result<Option<Revision>> {
        let objects = Objects::of(self);
        let (one, other) = (one.id()?, other.id()?);
        // Whether both exist is told better here than by a walk that breaks off.
        objects.commit(&one)?;
        objects.commit(&other)?;
        let base = objects.handle.merge_base(one, other).map_err(self.unusable())?;
        Ok(base.map(|base| Revision::of(&base)))
    }

    /// True if `descendant` contains `ancestor`. A commit is its own ancestor.
    ///
    /// # Errors
    ///
    /// A commit is missing or damaged, or a shallow clone cannot tell.
    pub fn is_ancestor(&self, ancestor: &Revision, descendant: &Revision) -> Result<bool> {
        let found = self.merge_base(ancestor, descendant)?.as_ref() == Some(ancestor);
        if !found && self.handle().is_shallow().map_err(self.unusable())? {
            return Err(Error::Shallow {
                place: self.place().to_owned(),
                ancestor: ancestor.clone(),
                descendant: descendant.clone(),
            });
        }
        Ok(found)
    }
}
