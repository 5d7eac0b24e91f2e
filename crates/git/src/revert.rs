//! Making a revert commit, without a work tree and without showing it to anybody.

use crate::{
    commit_tree::CommitAs,
    error::{Error, Result},
    merge_trees::Merged,
    new_commit::NewCommit,
    object::Objects,
    options::GitOptions,
    repository::Repository,
    revert_message::revert_message,
    revert_refusal::{Named, RevertRefusal},
    revision::{Commit, Revision},
    run_git::Git,
    undo::{Selection, Undo},
};

/// Keeps commits that are not pushed yet from git's garbage collection. No clone fetches these, and a mirror's own fetch
/// leaves them alone.
const PENDING: &str = "refs/landfall/pending";

/// Long enough for every plan to have been approved or forgotten.
const PENDING_DAYS: i64 = 30;

/// A revert commit that exists, and that no branch has yet.
#[derive(Debug, Clone)]
pub struct Reverted {
    /// The commit. Its tree can be read and planned like any other.
    pub commit: Commit,
    /// The branch that it is for, by its short name.
    pub branch: String,
    /// The tip of the branch that it builds on: its only parent.
    pub onto: Revision,
    /// What it undoes, newest first; never empty.
    pub undone: Vec<Commit>,
    /// The commit before the oldest of `undone`.
    pub before: Revision,
}

impl NewCommit for Reverted {
    fn commit(&self) -> &Commit {
        &self.commit
    }

    fn branch(&self) -> &str {
        &self.branch
    }

    fn onto(&self) -> &Revision {
        &self.onto
    }
}

impl Repository {
    /// Makes the commit that undoes commits of `branch` on top of its tip. Nothing is visible to others, and the work
    /// tree, the index and the branch stay as they are. The commit is kept until it is pushed or forgotten.
    ///
    /// In a clone with a remote, prefer a [`Mirror`](crate::Mirror) of that remote: the clone's branch may be old.
    ///
    /// # Errors
    ///
    /// [`Error::Revert`] with the reason that the commits cannot be reverted, [`Error::NoIdentity`],
    /// [`Error::Signing`], or those of [`branch`](Self::branch).
    pub fn revert(&self, options: &GitOptions, branch: &str, undo: &Undo, by: &CommitAs<'_>) -> Result<Reverted> {
        let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        let tip = self.branch(branch)?;
        let selection = self.select(branch, &tip, undo)?;
        self.write_revert(options, branch, &tip, selection, by)
    }

    /// Makes the commit anew on top of a branch that has moved since. The same commits are undone: what came since then
    /// stays.
    ///
    /// # Errors
    ///
    /// As [`revert`](Self::revert); also if the branch no longer has the commits, or they were reverted meanwhile.
    pub fn revert_again(&self, options: &GitOptions, old: &Reverted, by: &CommitAs<'_>) -> Result<Reverted> {
        let tip = self.branch(&old.branch)?;
        let Some(newest) = old.undone.first() else { return Ok(old.clone()) };
        self.must_be_on(&old.branch, &tip, newest)?;
        let selection = Selection { undone: old.undone.clone(), newest: newest.id.clone(), before: old.before.clone() };
        self.write_revert(options, &old.branch, &tip, selection, by)
    }

    /// Lets go of a commit that shall not be pushed. A commit that was forgotten before is no error.
    ///
    /// # Errors
    ///
    /// The `git` program is missing or fails.
    pub fn forget(&self, options: &GitOptions, made: &dyn NewCommit) -> Result<()> {
        let name = format!("{PENDING}/{}", made.commit().id);
        let git = Git::in_repository(options, &self.git_dir()).args(["update-ref", "-d", &name]);
        git.must(&format!("Removing {name}")).map(drop)
    }

    fn write_revert(
        &self,
        options: &GitOptions,
        branch: &str,
        tip: &Commit,
        selection: Selection,
        by: &CommitAs<'_>,
    ) -> Result<Reverted> {
        let objects = Objects::of(self);
        let ours = objects.root_tree(&tip.id)?;
        let (base, theirs) = (objects.root_tree(&selection.newest)?, objects.root_tree(&selection.before)?);
        let commits = || Named::all(&selection.undone);
        let tree = match self.merge_trees(options, base, ours, theirs)? {
            Merged::Tree(tree) if tree == ours => {
                return Err(RevertRefusal::NoChange { commits: commits(), branch: branch.to_owned() }.into());
            }
            Merged::Tree(tree) => tree,
            Merged::OldGit => {
                let (branch, before) = (branch.to_owned(), selection.before.clone());
                return Err(RevertRefusal::OldGit { commits: commits(), before, branch }.into());
            }
            Merged::Conflicts(paths) => {
                let (branch, before) = (branch.to_owned(), selection.before.clone());
                return Err(RevertRefusal::Conflict { commits: commits(), before, branch, paths }.into());
            }
        };
        let message = revert_message(&selection.undone, &by.trailers);
        let id = by.write(&self.git_dir(), options, &tree, &tip.id, &message)?;
        self.keep(options, &id)?;
        Ok(Reverted {
            commit: Objects::of(self).commit(&id.id()?)?,
            branch: branch.to_owned(),
            onto: tip.id.clone(),
            undone: selection.undone,
            before: selection.before,
        })
    }

    /// Names a commit, so that git keeps it, and lets go of those that nobody came back for.
    pub(crate) fn keep(&self, options: &GitOptions, id: &Revision) -> Result<()> {
        let git_dir = self.git_dir();
        let update = |args: &[&str]| {
            Git::in_repository(options, &git_dir).args(["update-ref"]).args(args).must("Keeping the commit")
        };
        update(&[&format!("{PENDING}/{id}"), id.as_str()])?;
        let now = self.committed_at(id)?;
        for (name, old) in self.pending()? {
            let is_old = self.committed_at(&old).is_ok_and(|time| now - time > PENDING_DAYS * 86_400);
            if is_old && let Err(error) = update(&["-d", &name, old.as_str()]) {
                tracing::debug!(%error, name, "an old commit was not let go");
            }
        }
        Ok(())
    }

    fn committed_at(&self, id: &Revision) -> Result<i64> {
        Ok(Objects::of(self).commit(&id.id()?)?.committer.time.seconds)
    }

    /// Commits that were made and neither pushed nor forgotten.
    fn pending(&self) -> Result<Vec<(String, Revision)>> {
        let handle = self.handle();
        let references = handle.references().map_err(self.unusable())?;
        let mut found = Vec::new();
        for reference in references.prefixed(format!("{PENDING}/").as_str()).map_err(self.unusable())?.flatten() {
            if let Some(id) = reference.try_id() {
                found.push((reference.name().as_bstr().to_string(), Revision::of(&id)));
            }
        }
        Ok(found)
    }
}

impl From<RevertRefusal> for Error {
    fn from(refusal: RevertRefusal) -> Self {
        Self::Revert { refusal: Box::new(refusal) }
    }
}
