//! Making a revert commit in a mirror, and pushing it: two steps, so that one can look at it in between.

use crate::{
    commit_tree::CommitAs,
    error::{Error, Result},
    lock::Lock,
    mirror::Mirror,
    new_commit::NewCommit,
    push::{Push, push},
    push_fault::PushFault,
    revert::Reverted,
    revision::{Commit, Revision},
    run_git::Git,
    undo::Undo,
};

/// What became of a revert commit.
#[derive(Debug, Clone)]
pub enum Published {
    /// The branch is at this commit, which may have been made anew.
    Done(Reverted),
    /// The branch moved, and the caller did not want the commit that was made for its new tip. Nothing was pushed; the
    /// commit is kept until it is pushed or forgotten.
    Declined(Reverted),
}

impl Mirror {
    /// Makes the commit that undoes commits of `branch` on top of its tip, as the last [`fetch`](Self::fetch) has seen it.
    /// Nobody else sees it until [`push`](Self::push); it is kept, also if this process is killed, until it is pushed or
    /// forgotten. It can be read, planned and compared like every other commit.
    ///
    /// # Errors
    ///
    /// [`Error::Revert`] with the reason that the commits cannot be reverted, [`Error::NoIdentity`],
    /// [`Error::Signing`], those of [`branch`](Self::branch), or another process holds the mirror for too long.
    pub fn revert(&self, branch: &str, undo: &Undo, by: &CommitAs<'_>) -> Result<Reverted> {
        self.writing(|repository| repository.revert(self.options(), branch, undo, by))
    }

    /// Makes the commit anew on top of a branch that has moved since, for the same commits. Fetch before.
    ///
    /// # Errors
    ///
    /// As [`revert`](Self::revert); also if the branch no longer has the commits, or they were reverted meanwhile.
    pub fn revert_again(&self, old: &Reverted, by: &CommitAs<'_>) -> Result<Reverted> {
        self.writing(|repository| repository.revert_again(self.options(), old, by))
    }

    /// Moves the branch on the remote from the tip that the commit builds on to the commit; never by force. Whoever
    /// was faster is told by [`Push::Moved`]. The mirror's branch follows, so that no fetch is needed.
    ///
    /// # Errors
    ///
    /// [`Error::Push`] if the remote refuses, with its own words; [`Error::Remote`] if it cannot be reached or does
    /// not know the user. The commit stays for another try. After [`Error::TimedOut`] and [`Error::Cancelled`] it may have
    /// arrived all the same; pushing again tells.
    pub fn push(&self, made: &dyn NewCommit) -> Result<Push> {
        let _lock = Lock::of(self.path(), self.options().lock_limit)?;
        let (commit, branch, onto) = (made.commit(), made.branch(), made.onto());
        let pushed = push(self.path(), self.push_url(), self.options(), branch, onto, &commit.id)?;
        if pushed == Push::Done {
            self.follow(branch, onto, &commit.id);
            if let Err(error) = self.repository().forget(self.options(), made) {
                tracing::debug!(%error, "a pushed commit keeps its second name");
            }
        }
        Ok(pushed)
    }

    /// Pushes; when somebody was faster, fetches, makes the commit anew on the new tip and asks `agree` before it is
    /// pushed, with the new commit and what came to the branch meanwhile (newest first). At most `tries` pushes.
    ///
    /// # Errors
    ///
    /// Those of [`push`](Self::push), [`fetch`](Self::fetch) and [`revert_again`](Self::revert_again), and of `agree`;
    /// [`PushFault::KeepsMoving`] after the last try.
    pub fn publish<E: From<Error>>(
        &self,
        mut reverted: Reverted,
        by: &CommitAs<'_>,
        tries: usize,
        mut agree: impl FnMut(&Reverted, &[Commit]) -> std::result::Result<bool, E>,
    ) -> std::result::Result<Published, E> {
        for left in (0..tries.max(1)).rev() {
            if self.push(&reverted)? == Push::Done {
                return Ok(Published::Done(reverted));
            }
            if left == 0 {
                break;
            }
            self.fetch()?;
            let renewed = self.revert_again(&reverted, by)?;
            self.forget(&reverted)?;
            let came = self.between(&reverted.onto, &renewed.onto)?;
            reverted = renewed;
            if !agree(&reverted, &came)? {
                return Ok(Published::Declined(reverted));
            }
        }
        let (branch, url) = (reverted.branch, self.push_url().to_string());
        Err(Error::Push { branch, url, fault: PushFault::KeepsMoving, said: String::new() }.into())
    }

    /// Lets go of a commit that shall not be pushed.
    ///
    /// # Errors
    ///
    /// The `git` program is missing or fails, or another process holds the mirror for too long.
    pub fn forget(&self, made: &dyn NewCommit) -> Result<()> {
        let _lock = Lock::of(self.path(), self.options().lock_limit)?;
        self.repository().forget(self.options(), made)
    }

    /// What the branch got since `old`, newest first; only its tip if it was rewritten.
    fn between(&self, old: &Revision, tip: &Revision) -> Result<Vec<Commit>> {
        if !self.is_ancestor(old, tip)? {
            return self.history(tip, 1);
        }
        let mut found = Vec::new();
        let mut next = tip.clone();
        while next != *old {
            let Some(commit) = self.history(&next, 1)?.pop() else { break };
            let parent = commit.parents.first().cloned();
            found.push(commit);
            match parent {
                Some(parent) => next = parent,
                None => break,
            }
        }
        Ok(found)
    }

    fn follow(&self, branch: &str, old: &Revision, new: &Revision) {
        let name = format!("refs/heads/{branch}");
        let args = ["update-ref", &name, new.as_str(), old.as_str()];
        // The next fetch would do it as well.
        if let Err(error) =
            Git::in_repository(self.options(), self.path()).args(args).must("Moving the mirror's branch")
        {
            tracing::debug!(%error, "the mirror's branch does not follow yet");
        }
    }
}
