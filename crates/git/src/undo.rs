//! Which commits a revert undoes.

use crate::{
    error::Result,
    object::Objects,
    repository::Repository,
    revert_refusal::{Named, RevertRefusal},
    revision::{Commit, Revision},
};

/// What shall be undone on a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// This one commit, wherever on the branch it is; later commits stay.
    Commit(Revision),
    /// All that came to the branch after this commit: its files come back as they were. The commit must be one where the
    /// branch itself stood (`git log --first-parent`); merges after it are undone as `git revert -m 1` does.
    After(Revision),
}

/// Commits that are undone together: `newest` leads back, along first parents, to `before`.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    /// Newest first; never empty.
    pub undone: Vec<Commit>,
    /// The first of `undone`.
    pub newest: Revision,
    /// The first parent of the last of `undone`.
    pub before: Revision,
}

impl Repository {
    /// Finds the commits on a branch whose tip is `tip`.
    pub(crate) fn select(&self, branch: &str, tip: &Commit, undo: &Undo) -> Result<Selection> {
        match undo {
            Undo::Commit(id) => {
                let commit = Objects::of(self).commit(&id.id()?)?;
                let before = only_parent(&commit)?;
                self.must_be_on(branch, tip, &commit)?;
                Ok(Selection { undone: vec![commit], newest: id.clone(), before })
            }
            Undo::After(id) => self.select_after(branch, tip, id),
        }
    }

    /// Refuses a commit that the branch does not have.
    pub(crate) fn must_be_on(&self, branch: &str, tip: &Commit, commit: &Commit) -> Result<()> {
        match self.is_ancestor(&commit.id, &tip.id)? {
            true => Ok(()),
            false => Err(RevertRefusal::NotOnBranch { commit: Named::of(commit), branch: branch.to_owned() }.into()),
        }
    }

    fn select_after(&self, branch: &str, tip: &Commit, id: &Revision) -> Result<Selection> {
        let objects = Objects::of(self);
        let target = objects.commit(&id.id()?)?;
        if target.id == tip.id {
            return Err(RevertRefusal::AtTip { commit: Named::of(&target), branch: branch.to_owned() }.into());
        }
        self.must_be_on(branch, tip, &target)?;
        let mut undone = vec![tip.clone()];
        while let Some(parent) = undone.last().and_then(|commit| commit.parents.first()).cloned() {
            if parent == target.id {
                return Ok(Selection { undone, newest: tip.id.clone(), before: parent });
            }
            undone.push(objects.commit(&parent.id()?)?);
        }
        Err(RevertRefusal::BesideBranch { commit: Named::of(&target), branch: branch.to_owned() }.into())
    }
}

fn only_parent(commit: &Commit) -> std::result::Result<Revision, RevertRefusal> {
    match commit.parents.as_slice() {
        [] => Err(RevertRefusal::Root { commit: Named::of(commit) }),
        [one] => Ok(one.clone()),
        [first, ..] => Err(RevertRefusal::Merge { commit: Named::of(commit), before: first.clone() }),
    }
}
