//! A commit that was made to be pushed, and that no branch has yet.

use crate::revision::{Commit, Revision};

/// What pushing a commit needs to know of it.
pub trait NewCommit {
    /// The commit. Its tree can be read and planned like any other.
    fn commit(&self) -> &Commit;
    /// The branch that it is for, by its short name.
    fn branch(&self) -> &str;
    /// The tip of the branch that it builds on: its only parent.
    fn onto(&self) -> &Revision;
}
