//! Making a commit that changes one file, without a work tree and without showing it to anybody.

use gix::objs::{self, Kind};

use crate::{
    commit_tree::CommitAs,
    error::{Error, Result},
    mirror::Mirror,
    new_commit::NewCommit,
    object::Objects,
    options::GitOptions,
    repository::Repository,
    revision::{Commit, Revision},
};
use landfall_core::diagnostic::Diagnostic;

/// What a file in the root of a branch is to become.
#[derive(Debug, Clone, Copy)]
pub struct Edit<'a> {
    /// The branch, by its short name.
    pub branch: &'a str,
    /// The tip of the branch that the content was read at.
    pub onto: &'a Revision,
    /// The name of the file, which must be there.
    pub file: &'a str,
    /// Its whole content from now on.
    pub content: &'a [u8],
    /// The message of the commit.
    pub message: &'a str,
}

/// A commit that changes one file, and that no branch has yet.
#[derive(Debug, Clone)]
pub struct Edited {
    commit: Commit,
    branch: String,
    onto: Revision,
}

impl NewCommit for Edited {
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
    /// Makes the commit that gives a file in the root other content. Nothing is visible to others, and the work tree, the
    /// index and the branch stay as they are. The commit is kept until it is pushed or forgotten.
    ///
    /// # Errors
    ///
    /// [`Error::Files`] if there is no such file or it is a link, [`Error::NoIdentity`], [`Error::Signing`].
    pub fn edit(&self, options: &GitOptions, edit: &Edit<'_>, by: &CommitAs<'_>) -> Result<Edited> {
        let objects = Objects::of(self);
        let id = objects.root_tree(edit.onto)?;
        let data = objects.read(&id, Kind::Tree, "")?;
        let tree = objs::TreeRef::from_bytes(&data, gix::hash::Kind::Sha1).map_err(self.unusable())?;
        let mut tree = objs::Tree::from(tree);
        let entry = tree.entries.iter_mut().find(|entry| entry.filename == edit.file);
        let Some(entry) = entry.filter(|entry| entry.mode.is_blob()) else {
            return Err(Error::Files {
                place: format!("revision {} of {}", edit.onto.short(), self.place()),
                faults: vec![Diagnostic::of_file(edit.file, "it is no plain file here, so it is not changed")],
            });
        };
        entry.oid = objects.handle.write_blob(edit.content).map_err(self.unusable())?.detach();
        let tree = objects.handle.write_object(&tree).map_err(self.unusable())?.detach();
        let id = by.write(&self.git_dir(), options, &tree, edit.onto, edit.message)?;
        self.keep(options, &id)?;
        let commit = Objects::of(self).commit(&id.id()?)?;
        Ok(Edited { commit, branch: edit.branch.to_owned(), onto: edit.onto.clone() })
    }
}

impl Mirror {
    /// As [`Repository::edit`], with the mirror held.
    ///
    /// # Errors
    ///
    /// As [`Repository::edit`], or another process holds the mirror for too long.
    pub fn edit(&self, edit: &Edit<'_>, by: &CommitAs<'_>) -> Result<Edited> {
        self.writing(|repository| repository.edit(self.options(), edit, by))
    }
}
