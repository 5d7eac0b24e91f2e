//! Where commits are made and pushed, those that revert and those that change landfall.yaml: a mirror of the remote that everybody pushes to, or a repository that has no
//! remote.

use std::{path::Path, sync::Arc};

use landfall_git::{CommitAs, Edit, Edited, GitOptions, NewCommit, Push, Repository, Reverted, Undo};

use crate::{
    error::CommandError,
    output,
    source::{DeploymentRepository, open_mirror},
};

/// So often somebody else may push first.
const TRIES: usize = 5;

/// Makes and pushes commits.
pub struct Reverter {
    /// Where they are made, and read.
    pub repository: DeploymentRepository,
    /// The clone that the user stands in: its configuration says who commits.
    clone: Option<Repository>,
}

impl Reverter {
    /// For a branch of the repository at an address, or of the one around the working directory.
    pub fn open(repo: Option<&str>, branch: &str) -> Result<Self, CommandError> {
        let folder = repo.filter(|repo| !Path::new(repo).is_dir());
        if let Some(address) = folder {
            return Ok(Self { repository: DeploymentRepository::open(Some(address))?, clone: None });
        }
        let folder = Path::new(repo.unwrap_or("."));
        let clone = Repository::local(folder)?;
        let repository = match clone.upstream_of_branch(branch)? {
            Some(upstream) => {
                let mirror = open_mirror(&upstream.url)?.pushing_to(upstream.push_url);
                DeploymentRepository::Mirror(Arc::new(mirror))
            }
            None => DeploymentRepository::Local(Box::new(Repository::local(folder)?)),
        };
        Ok(Self { repository, clone: Some(clone) })
    }

    /// Makes the commit. Nobody else sees it.
    pub fn revert(&self, branch: &str, undo: &Undo) -> Result<Reverted, CommandError> {
        Ok(match &self.repository {
            DeploymentRepository::Mirror(mirror) => mirror.revert(branch, undo, &self.author())?,
            DeploymentRepository::Local(repository) => {
                repository.revert(&GitOptions::default(), branch, undo, &self.author())?
            }
        })
    }

    /// Makes the commit that gives a file other content. Nobody else sees it.
    pub fn edit(&self, edit: &Edit<'_>) -> Result<Edited, CommandError> {
        Ok(match &self.repository {
            DeploymentRepository::Mirror(mirror) => mirror.edit(edit, &self.author())?,
            DeploymentRepository::Local(repository) => repository.edit(&GitOptions::default(), edit, &self.author())?,
        })
    }

    /// Lets go of a commit that shall not be pushed.
    pub fn forget(&self, made: &dyn NewCommit) {
        let forgotten = match &self.repository {
            DeploymentRepository::Mirror(mirror) => mirror.forget(made),
            DeploymentRepository::Local(repository) => repository.forget(&GitOptions::default(), made),
        };
        if let Err(error) = forgotten {
            // It is let go by itself after a month.
            tracing::debug!(%error, "the commit is kept for a while");
        }
    }

    /// Pushes it. False where somebody else was faster; what they pushed is known then.
    pub fn push_once(&self, made: &dyn NewCommit) -> Result<bool, CommandError> {
        let push = match &self.repository {
            DeploymentRepository::Mirror(mirror) => mirror.push(made)?,
            DeploymentRepository::Local(repository) => repository.advance(&GitOptions::default(), made)?,
        };
        if push != Push::Done
            && let DeploymentRepository::Mirror(mirror) = &self.repository
        {
            mirror.fetch()?;
        }
        Ok(push == Push::Done)
    }

    /// Pushes it. Where somebody else was faster, makes it anew on what they pushed, and tells that: the caller has to
    /// look at it again.
    pub fn push(&self, reverted: &Reverted) -> Result<Pushed, CommandError> {
        if self.push_once(reverted)? {
            return Ok(Pushed::Done);
        }
        output::note(&format!("Somebody else pushed to {} meanwhile: reverting on top of that", reverted.branch));
        let renewed = match &self.repository {
            DeploymentRepository::Mirror(mirror) => mirror.revert_again(reverted, &self.author())?,
            DeploymentRepository::Local(repository) => {
                repository.revert_again(&GitOptions::default(), reverted, &self.author())?
            }
        };
        self.forget(reverted);
        Ok(Pushed::Renewed(Box::new(renewed)))
    }

    /// How often a push is tried.
    pub fn tries() -> std::ops::Range<usize> {
        0..TRIES
    }

    /// Where it is pushed to; `None` for a repository without a remote.
    pub fn address(&self) -> Option<String> {
        match &self.repository {
            DeploymentRepository::Mirror(mirror) => Some(mirror.push_url().to_string()),
            DeploymentRepository::Local(_) => None,
        }
    }

    /// Whether the user's own clone does not have the commit yet.
    pub fn leaves_clone_behind(&self) -> bool {
        self.clone.is_some() && matches!(self.repository, DeploymentRepository::Mirror(_))
    }

    fn author(&self) -> CommitAs<'_> {
        CommitAs { clone: self.clone.as_ref(), trailers: Vec::new() }
    }
}

/// What became of a push.
pub enum Pushed {
    /// The branch is at the commit.
    Done,
    /// The commit was made anew, and is not pushed.
    Renewed(Box<Reverted>),
}
