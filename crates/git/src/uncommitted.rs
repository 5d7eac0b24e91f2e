//! What stands in the work tree and in no commit.

use crate::{error::Result, options::GitOptions, repository::Repository, run_git::Git};

impl Repository {
    /// Files under `paths` (from the root) whose path `keep` accepts and that differ from the commit that is checked
    /// out: changed, deleted, staged, or new and not ignored. Sorted; empty for a bare repository.
    ///
    /// # Errors
    ///
    /// The `git` program is missing or fails.
    pub fn uncommitted(
        &self,
        options: &GitOptions,
        paths: &[String],
        keep: impl Fn(&str) -> bool,
    ) -> Result<Vec<String>> {
        let Some(root) = self.root() else { return Ok(Vec::new()) };
        let mut git = Git::anywhere(options).args(["-C".as_ref(), root.as_os_str()]).args([
            // Else git refreshes the index, for which it takes a lock.
            "--no-optional-locks",
            "--literal-pathspecs",
            "status",
            "--porcelain=v1",
            "-z",
            "--no-renames",
            "--untracked-files=all",
            "--ignore-submodules=all",
            "--",
        ]);
        git = git.args(paths.iter().map(|path| if path.is_empty() { "." } else { path.as_str() }));
        let finished = git.must("Comparing the work tree with its commit")?;
        let status = String::from_utf8_lossy(&finished.stdout).into_owned();
        // `XY path` each: two letters that say how it differs.
        let mut changed: Vec<String> = status
            .split('\0')
            .filter_map(|entry| entry.get(3..))
            .filter(|path| keep(path))
            .map(str::to_owned)
            .collect();
        changed.sort();
        changed.dedup();
        Ok(changed)
    }
}
