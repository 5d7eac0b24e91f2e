//! Deployment repositories: mirrors, revisions, trees, reverts.
//!
//! - [`Mirror`] is a bare copy of a remote repository in a cache folder. It is safe against being killed and against a
//!   second process, and heals itself.
//! - [`Repository`] is a clone that one stands in, or what a mirror holds. It resolves names to [`Commit`]s and reads
//!   the files of a [`Revision`], all or none.
//! - [`Mirror::revert`] makes a revert commit that nobody sees, which can be read and planned like any other;
//!   [`Mirror::push`] moves the remote's branch to it, and [`Mirror::publish`] makes it anew when somebody was faster.
//! - [`Mirror::edit`] makes a commit that changes one file, to be pushed in the same way.
//! - [`read_directory`] reads plain folders the way kubectl reads `-f` and `-R`.
//!
//! Which repository is written to: where the user stands in a clone, the remote that the branch follows there
//! ([`Repository::upstream_of_branch`]), by a mirror of it; the clone itself stays as it is, to be pulled into. A
//! repository without any remote has its own branch moved, with its files if it is checked out
//! ([`Repository::revert`], [`Repository::advance`]). No branch is ever made, and none is moved but forward.
//!
//! Everything here blocks; call it from a thread that may. Objects are read with gitoxide, whose types stay inside;
//! the network, merging and signing are left to the `git` program, which knows the user's ssh configuration, credential
//! helpers and keys. Nothing here prints, asks, or lets a password into a message.

mod advance;
mod clone;
mod closest;
mod collector;
mod commit_tree;
mod directory;
mod edit;
mod error;
mod fetch;
mod hint;
mod history;
mod local;
mod lock;
mod lookup;
mod ls_remote;
mod merge_trees;
mod mirror;
mod new_commit;
mod object;
mod options;
mod publish;
mod push;
mod push_fault;
mod remote_fault;
mod repository;
mod resolve;
mod revert;
mod revert_message;
mod revert_refusal;
mod revision;
mod run_git;
mod tree;
mod uncommitted;
mod undo;
mod url;

pub use commit_tree::CommitAs;
pub use directory::read_directory;
pub use edit::{Edit, Edited};
pub use error::{Error, Result};
pub use fetch::{Fetched, RefChange};
pub use local::Upstream;
pub use ls_remote::{RemoteRef, RemoteRefs};
pub use mirror::Mirror;
pub use new_commit::NewCommit;
pub use options::GitOptions;
pub use publish::Published;
pub use push::Push;
pub use push_fault::PushFault;
pub use remote_fault::RemoteFault;
pub use repository::Repository;
pub use revert::Reverted;
pub use revert_refusal::{Named, RevertRefusal};
pub use revision::{Commit, GitTime, Revision, Signature};
pub use tree::{Symlink, TreeFile, TreeRead};
pub use undo::Undo;
pub use url::RepoUrl;
