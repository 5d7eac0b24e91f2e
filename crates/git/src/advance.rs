//! Moving a branch of a repository that has no remote.

use std::path::PathBuf;

use crate::{
    error::{Error, Result},
    new_commit::NewCommit,
    options::GitOptions,
    push::Push,
    repository::Repository,
    run_git::Git,
};

impl Repository {
    /// Moves this repository's own branch from the tip that the commit builds on to the commit: for a repository without
    /// a remote, where the branch here is the only one.
    ///
    /// A branch that is checked out, in this work tree or a linked one, moves with its files, as by `git merge --ff-only`:
    /// changes that are not committed stay, and where they are in the way nothing is done at all.
    ///
    /// # Errors
    ///
    /// [`Error::WorkTree`] if files that are not committed are in the way; the `git` program is missing or fails.
    pub fn advance(&self, options: &GitOptions, made: &dyn NewCommit) -> Result<Push> {
        let (commit, branch, onto) = (made.commit(), made.branch(), made.onto());
        let tip = self.branch(branch)?.id;
        if tip == commit.id {
            self.forget(options, made)?;
            return Ok(Push::Done);
        }
        if tip != *onto {
            return Ok(Push::Moved { tip });
        }
        let full = format!("refs/heads/{branch}");
        match self.checked_out_at(options, &full)? {
            Some(root) => {
                let git = Git::anywhere(options).args(["-C".as_ref(), root.as_os_str()]);
                let git =
                    git.args(["merge", "--quiet", "--ff-only", "--no-autostash", "--no-stat", commit.id.as_str()]);
                let finished = git.finish("Moving the branch with its files")?;
                if !finished.status.success() {
                    return Err(Error::WorkTree { branch: branch.to_owned(), root, said: finished.said });
                }
            }
            None => {
                let args = [
                    "update-ref",
                    "-m",
                    &format!("landfall: {}", commit.subject),
                    &full,
                    commit.id.as_str(),
                    onto.as_str(),
                ];
                let git = Git::in_repository(options, &self.git_dir()).args(args);
                if let Err(error) = git.must(&format!("Moving the branch `{branch}`")) {
                    // The only other reason than a broken disk is that somebody was faster.
                    let tip = self.branch(branch)?.id;
                    return if tip == *onto { Err(error) } else { Ok(Push::Moved { tip }) };
                }
            }
        }
        self.forget(options, made)?;
        Ok(Push::Done)
    }

    /// The work tree that has a branch checked out.
    fn checked_out_at(&self, options: &GitOptions, full_name: &str) -> Result<Option<PathBuf>> {
        let git = Git::in_repository(options, &self.git_dir()).args(["worktree", "list", "--porcelain"]);
        let listed = git.must("Listing the work trees")?.stdout;
        Ok(holder(&String::from_utf8_lossy(&listed), full_name))
    }
}

/// Reads `git worktree list --porcelain`: a paragraph each, with lines `worktree PATH` and `branch NAME`, or `bare`.
fn holder(listed: &str, full_name: &str) -> Option<PathBuf> {
    let holds = |paragraph: &&str| {
        paragraph.lines().any(|line| line.strip_prefix("branch ") == Some(full_name))
            && !paragraph.lines().any(|line| line == "bare")
    };
    let found = listed.split("\n\n").find(holds)?;
    found.lines().find_map(|line| line.strip_prefix("worktree ")).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::holder;

    #[test]
    fn the_work_tree_of_a_branch_is_found() {
        let listed = "worktree /a\nHEAD 1\nbranch refs/heads/main\n\nworktree /b c\nHEAD 2\nbranch refs/heads/x\n\nworktree /d\nHEAD 3\ndetached\n";
        assert_eq!(holder(listed, "refs/heads/x").unwrap(), std::path::Path::new("/b c"));
        assert_eq!(holder(listed, "refs/heads/other"), None);
        assert_eq!(holder("worktree /a\nbare\n", "refs/heads/main"), None);
    }
}
