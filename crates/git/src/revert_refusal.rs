//! Why a revert is not made, and the way out.

use std::fmt;

use crate::revision::{Commit, Revision};

/// Why a revert is not made. Nothing was written.
///
/// [`Display`](fmt::Display) is a sentence without a final full stop; [`hint`](Self::hint) says what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevertRefusal {
    /// The commit has nothing before it.
    Root {
        /// The commit.
        commit: Named,
    },
    /// The commit joins two lines of history.
    Merge {
        /// The commit.
        commit: Named,
        /// Its first parent: where the branch stood before.
        before: Revision,
    },
    /// The branch does not have the commit, or no longer.
    NotOnBranch {
        /// The commit.
        commit: Named,
        /// The branch's short name.
        branch: String,
    },
    /// The branch got the commit by a merge, so it never stood there.
    BesideBranch {
        /// The commit.
        commit: Named,
        /// The branch's short name.
        branch: String,
    },
    /// Nothing came after the commit.
    AtTip {
        /// The commit.
        commit: Named,
        /// The branch's short name.
        branch: String,
    },
    /// The files are already as they would be.
    NoChange {
        /// What was to be reverted, newest first.
        commits: Vec<Named>,
        /// The branch's short name.
        branch: String,
    },
    /// Later commits have changed the same places.
    Conflict {
        /// What was to be reverted, newest first.
        commits: Vec<Named>,
        /// The commit before them.
        before: Revision,
        /// The branch's short name.
        branch: String,
        /// Where the conflicts are, sorted.
        paths: Vec<String>,
    },
    /// Later commits must be merged with, for which this git is too old.
    OldGit {
        /// What was to be reverted, newest first.
        commits: Vec<Named>,
        /// The commit before them.
        before: Revision,
        /// The branch's short name.
        branch: String,
    },
}

/// A commit as messages name it: `1a2b3c4 "Scale web"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: Revision,
    /// The first line of its message.
    pub subject: String,
}

impl Named {
    pub(crate) fn of(commit: &Commit) -> Self {
        Self { id: commit.id.clone(), subject: commit.subject.clone() }
    }

    pub(crate) fn all(commits: &[Commit]) -> Vec<Self> {
        commits.iter().map(Self::of).collect()
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} \"{}\"", self.id.short(), self.subject)
    }
}

impl fmt::Display for RevertRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root { commit } => {
                write!(f, "Commit {commit} is the first of its history, so there is nothing to go back to")
            }
            Self::Merge { commit, .. } => {
                write!(f, "Commit {commit} is a merge, and Git cannot know which of its sides is to stay")
            }
            Self::NotOnBranch { commit, branch } => write!(f, "Commit {commit} is not on branch `{branch}`"),
            Self::BesideBranch { commit, branch } => write!(
                f,
                "Commit {commit} came to branch `{branch}` by a merge, so the branch never stood there by itself"
            ),
            Self::AtTip { commit, branch } => {
                write!(f, "Commit {commit} is the tip of branch `{branch}`, so there is nothing to revert")
            }
            Self::NoChange { commits, branch } => write!(
                f,
                "Reverting {} would change nothing: the files on branch `{branch}` are already as they were before",
                these(commits)
            ),
            Self::Conflict { commits, branch, paths, .. } => write!(
                f,
                "Reverting {} conflicts with later commits on branch `{branch}` in {}",
                these(commits),
                list(paths)
            ),
            Self::OldGit { commits, branch, .. } => write!(
                f,
                "Reverting {} needs git 2.38 or newer here, since branch `{branch}` has later commits",
                these(commits)
            ),
        }
    }
}

impl RevertRefusal {
    /// What to do next: a sentence without a final full stop.
    pub fn hint(&self) -> String {
        match self {
            Self::Root { .. } => "Name a later commit, or remove the files in a commit of your own".to_owned(),
            Self::Merge { commit, before } => format!(
                "Name {} to go back to where the branch stood before the merge, or revert by hand in a clone: `git revert -m 1 {}` and `git push`",
                before.short(),
                commit.id
            ),
            Self::NotOnBranch { branch, .. } => format!(
                "See `git log {branch}` for what it has; a commit that was there before is gone if somebody has rewritten the branch"
            ),
            Self::BesideBranch { branch, .. } => {
                format!("Name a commit that `git log --first-parent {branch}` shows, such as the one before the merge")
            }
            Self::AtTip { .. } => "Name an earlier commit to go back to".to_owned(),
            Self::NoChange { branch, .. } => {
                format!("See `git log {branch}` for a commit that has reverted it already")
            }
            Self::Conflict { commits, before, branch, .. } => {
                format!("Do it by hand in a clone: {}", by_hand(commits, before, branch, true))
            }
            Self::OldGit { commits, before, branch } => {
                format!("Install a newer git, or do it by hand in a clone: {}", by_hand(commits, before, branch, false))
            }
        }
    }
}

/// The commands that do the same.
fn by_hand(commits: &[Named], before: &Revision, branch: &str, has_conflicts: bool) -> String {
    let (revert, finish) = match commits {
        [newest, _, ..] => (format!("git revert --no-commit {before}..{}", newest.id), "git commit"),
        one => (
            format!("git revert {}", one.iter().map(|one| one.id.as_str()).collect::<String>()),
            "git revert --continue",
        ),
    };
    let correct = match (has_conflicts, commits.len()) {
        (true, _) => format!("correct the files and `git add` them, `{finish}`, "),
        (false, 1) => String::new(),
        (false, _) => format!("`{finish}`, "),
    };
    format!("`git switch {branch}`, `git pull`, `{revert}`, {correct}`git push`")
}

fn these(commits: &[Named]) -> String {
    match commits {
        [one] => format!("commit {one}"),
        [newest, .., oldest] => format!("{} commits, {oldest} to {newest},", commits.len()),
        [] => "nothing".to_owned(),
    }
}

/// At most ten paths.
fn list(paths: &[String]) -> String {
    match (paths.len().saturating_sub(10), paths) {
        (0, [rest @ .., one, last]) => {
            rest.iter().map(|path| format!("{path}, ")).collect::<String>() + &format!("{one} and {last}")
        }
        (0, _) => paths.concat(),
        (more, _) => format!("{} and {more} more", paths[..10].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn paths_are_listed_to_an_end() {
        let paths = |count: usize| (0..count).map(|i| i.to_string()).collect::<Vec<_>>();
        assert_eq!(list(&paths(1)), "0");
        assert_eq!(list(&paths(2)), "0 and 1");
        assert_eq!(list(&paths(3)), "0, 1 and 2");
        assert_eq!(list(&paths(12)), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more");
    }
}
