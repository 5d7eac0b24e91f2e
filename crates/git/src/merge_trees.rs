//! Merging three trees into one, without a work tree.

use gix::{
    ObjectId,
    merge::{blob::builtin_driver::text::Labels, tree::TreatAsUnresolved},
};

use crate::{error::Result, repository::Repository};

/// What a merge gives.
pub(crate) enum Merged {
    /// The tree, which has been written.
    Tree(ObjectId),
    /// The paths where both sides changed the same lines, sorted.
    Conflicts(Vec<String>),
}

impl Repository {
    /// Applies to `ours` what leads from `base` to `theirs`, as git's own merge does: with renames, line by line, and
    /// with every byte as it is stored. Writes the new tree and its folders.
    pub(crate) fn merge_trees(&self, base: ObjectId, ours: ObjectId, theirs: ObjectId) -> Result<Merged> {
        // These two need no merge, and are nearly all that happens.
        if base == ours {
            return Ok(Merged::Tree(theirs));
        }
        if base == theirs || ours == theirs {
            return Ok(Merged::Tree(ours));
        }
        // A clone's configuration could name programs to merge with.
        let handle = self.isolated()?;
        let options = handle.tree_merge_options().map_err(self.unusable())?;
        let outcome = handle.merge_trees(base, ours, theirs, Labels::default(), options).map_err(self.unusable())?;
        let mut paths: Vec<String> = outcome
            .conflicts
            .iter()
            .filter(|conflict| conflict.is_unresolved(TreatAsUnresolved::git()))
            .flat_map(|conflict| [conflict.ours.source_location(), conflict.theirs.location()])
            .map(ToString::to_string)
            .collect();
        if paths.is_empty() {
            let mut tree = outcome.tree;
            return Ok(Merged::Tree(tree.write().map_err(self.unusable())?.detach()));
        }
        paths.sort();
        paths.dedup();
        Ok(Merged::Conflicts(paths))
    }
}
