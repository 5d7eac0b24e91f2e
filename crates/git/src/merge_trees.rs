//! Merging three trees into one, without a work tree.

use gix::{ObjectId, objs};

use crate::{
    error::{Error, Result},
    options::GitOptions,
    repository::Repository,
    run_git::Git,
};

/// What a merge gives.
pub(crate) enum Merged {
    /// The tree, which has been written.
    Tree(ObjectId),
    /// The paths where both sides changed the same lines, sorted.
    Conflicts(Vec<String>),
    /// This git is older than 2.38 and cannot merge without a work tree.
    OldGit,
}

/// How git ends when it does not know an option.
const USAGE: i32 = 129;

impl Repository {
    /// Applies to `ours` what leads from `base` to `theirs`. Writes the new tree and its folders.
    ///
    /// The merge is git's own, the one of `git revert`: gitoxide's takes some renames for clean that git calls conflicts,
    /// and what is merged here goes live. Only attributes that stand in the tree (`.gitattributes`) do not count.
    pub(crate) fn merge_trees(
        &self,
        options: &GitOptions,
        base: ObjectId,
        ours: ObjectId,
        theirs: ObjectId,
    ) -> Result<Merged> {
        // These need no merge, and are nearly all that happens.
        if base == ours {
            return Ok(Merged::Tree(theirs));
        }
        if base == theirs || ours == theirs {
            return Ok(Merged::Tree(ours));
        }
        // Git can be told the base only since 2.40; before, it must find it as the parent of both sides.
        let base = self.bare_commit(base, None)?;
        let (ours, theirs) = (self.bare_commit(ours, Some(base))?, self.bare_commit(theirs, Some(base))?);
        let git = Git::in_repository(options, &self.git_dir())
            .args(["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z"])
            .args([ours, theirs].map(|id| id.to_hex().to_string()));
        let doing = "Merging the revert with later commits";
        let finished = git.finish(doing)?;
        let text = String::from_utf8_lossy(&finished.stdout).into_owned();
        // The tree, and the paths with conflicts.
        let mut told = text.split('\0').filter(|part| !part.is_empty());
        let tree = told.next().and_then(|tree| ObjectId::from_hex(tree.trim().as_bytes()).ok());
        match (finished.status.code(), tree) {
            (Some(0), Some(tree)) => Ok(Merged::Tree(tree)),
            (Some(1), Some(_)) => {
                let mut paths: Vec<String> = told.map(str::to_owned).collect();
                paths.sort();
                paths.dedup();
                Ok(Merged::Conflicts(paths))
            }
            (Some(USAGE), _) => Ok(Merged::OldGit),
            _ => Err(Error::Git { doing: doing.to_owned(), said: finished.said }),
        }
    }

    /// A commit for git's merge alone, which nothing ever names. The same trees give the same commit.
    fn bare_commit(&self, tree: ObjectId, parent: Option<ObjectId>) -> Result<ObjectId> {
        let nobody = gix::actor::Signature {
            name: "Landfall".into(),
            email: "landfall@localhost".into(),
            time: gix::date::Time::new(0, 0),
        };
        let commit = objs::Commit {
            tree,
            parents: parent.into_iter().collect(),
            author: nobody.clone(),
            committer: nobody,
            encoding: None,
            message: "A side of a merge\n".into(),
            extra_headers: Vec::new(),
        };
        Ok(self.handle().write_object(&commit).map_err(self.unusable())?.detach())
    }
}
