//! What a follower needs of the program around it: connections, and somebody to tell.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use landfall_core::{diagnostic::Diagnostic, manifest::Manifest};
use landfall_git::Commit;
use landfall_journal::{Deploy, Outcome, Place};

use super::attempt::Ended;
use crate::{
    config::Config,
    environment::Request,
    pause::Pause,
    progress::Progress,
    target::{Drifted, Target},
};

/// The program around a follower.
#[async_trait]
pub trait Host: Send + Sync + 'static {
    /// Connects to the target of an environment and reads a commit's manifests: all, or only those of some files. `config` is
    /// the commit's own.
    ///
    /// # Errors
    /// Why the commit cannot be deployed.
    async fn prepare(
        &self,
        config: &Config,
        environment: &str,
        commit: &Commit,
        only: Option<&[String]>,
    ) -> Result<Prepared, Fault>;

    /// Where an environment's deploys are recorded. Asks nobody.
    ///
    /// # Errors
    /// Why the environment cannot be deployed to.
    async fn place(&self, config: &Config, environment: &str, commit: &Commit) -> Result<Place, Fault>;

    /// Who is told of the steps of a deploy.
    fn progress(&self, environment: &str, commit: &Commit) -> Box<dyn Progress>;

    /// The newest usable configuration of the default branch, before any deploy by it; `None` once this process does not
    /// follow the repository any more.
    async fn configured(&self, config: Option<&Arc<Config>>);

    /// Something happened.
    fn tell(&self, news: News);

    /// The repository was asked for something new.
    fn looked(&self, _took: Duration, _failed: bool) {}
}

/// All that a deploy needs.
pub struct Prepared {
    /// Where to.
    pub target: Box<dyn Target>,
    /// What is asked for.
    pub request: Request,
    /// The manifests, or what is wrong with them.
    pub manifests: Result<Vec<Manifest>, Vec<Diagnostic>>,
}

/// Why a commit was not deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Why, as a sentence; with more lines where there are several reasons.
    pub message: String,
    /// Whether the same commit may well be deployed later.
    pub is_passing: bool,
}

impl News {
    /// The environment that it is about, if it is about one.
    pub fn environment(&self) -> Option<&str> {
        match self {
            Self::StandsBy { .. }
            | Self::NotElected { .. }
            | Self::Leads
            | Self::Unreadable { .. }
            | Self::ReadableAgain
            | Self::NoCommits
            | Self::BrokenConfig { .. }
            | Self::GoodConfig => None,
            Self::Recorded { environment, .. }
            | Self::Follows { environment, .. }
            | Self::Left { environment }
            | Self::NoEnvironment { environment, .. }
            | Self::NoBranch { environment, .. }
            | Self::Tended { environment, .. }
            | Self::Paused { environment, .. }
            | Self::Resumed { environment }
            | Self::Drifted { environment, .. }
            | Self::Fight { environment, .. }
            | Self::Corrected { environment, .. }
            | Self::Begins { environment, .. }
            | Self::Ended { environment, .. }
            | Self::FailedAgain { environment, .. } => Some(environment),
        }
    }

    /// The commit that it is about, if it is about one: its full id.
    pub fn revision(&self) -> Option<&str> {
        match self {
            Self::BrokenConfig { revision, .. } => Some(revision),
            Self::Begins { commit, .. }
            | Self::Ended { commit, .. }
            | Self::Corrected { commit, .. }
            | Self::Paused { commit, .. } => Some(commit.id.as_str()),
            _ => None,
        }
    }
}

/// What there is to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Another process follows the repository; this one does when that one is gone.
    StandsBy {
        /// What the other one says of itself.
        leader: Option<String>,
    },
    /// It cannot be found out who follows the repository, so this process does not.
    NotElected {
        /// Why.
        reason: String,
    },
    /// This process follows the repository from now on, which another one did before.
    Leads,
    /// What the journal has of the newest deploy to an environment, while another process follows the repository.
    Recorded {
        /// The environment.
        environment: String,
        /// The deploy.
        deploy: Box<Deploy>,
    },
    /// The repository cannot be read. Told once, until that changes.
    Unreadable {
        /// Why.
        reason: String,
    },
    /// It can be read again.
    ReadableAgain,
    /// It has no commits yet.
    NoCommits,
    /// Its newest configuration cannot be used. The environments of the last good one are followed on.
    BrokenConfig {
        /// The commit with the configuration.
        revision: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// Its newest configuration can be used, which was not so before, or was not known.
    GoodConfig,
    /// An environment is followed.
    Follows {
        /// Its name.
        environment: String,
        /// Its branch.
        branch: String,
    },
    /// The configuration does not have an environment any more. Its objects are left as they are.
    Left {
        /// Its name.
        environment: String,
    },
    /// An environment is to be followed that the configuration does not have.
    NoEnvironment {
        /// Its name.
        environment: String,
        /// Those that it has.
        known: Vec<String>,
    },
    /// The branch of an environment does not exist. What is live stays.
    NoBranch {
        /// The environment.
        environment: String,
        /// The branch.
        branch: String,
    },
    /// A commit is being deployed for the first time.
    Begins {
        /// The environment.
        environment: String,
        /// The commit.
        commit: Box<Commit>,
    },
    /// A commit's deploy has ended, otherwise than the last try of it.
    Ended {
        /// The environment.
        environment: String,
        /// The commit.
        commit: Box<Commit>,
        /// How.
        ended: Ended,
        /// The same as the journal calls it.
        outcome: Outcome,
        /// What became of it, as a sentence.
        what: String,
        /// When it is tried again, from now.
        again: Option<Duration>,
    },
    /// Something was done, or could not be done, on a target that has no controllers of its own.
    Tended {
        /// The environment.
        environment: String,
        /// What, as a sentence.
        what: String,
        /// Whether it did not work.
        is_warning: bool,
    },
    /// Others have changed objects, or nothing of that is left.
    Drifted {
        /// The environment.
        environment: String,
        /// The objects that are not as applied.
        drifted: Vec<Drifted>,
        /// Whether they are corrected now.
        corrects: bool,
        /// The revision that somebody else has deployed, which is left alone until the next commit.
        other: Option<String>,
    },
    /// An object is changed by somebody else again and again: from now on it is corrected less and less often.
    Fight {
        /// The environment.
        environment: String,
        /// The object.
        drifted: Drifted,
    },
    /// A correction has ended.
    Corrected {
        /// The environment.
        environment: String,
        /// The commit that was deployed again.
        commit: Box<Commit>,
        /// How.
        ended: Ended,
        /// What became of it, as a sentence.
        what: String,
    },
    /// An environment is paused, and this commit is not deployed. Told once for each commit, and when the pause changes.
    Paused {
        /// The environment.
        environment: String,
        /// The commit.
        commit: Box<Commit>,
        /// Why, since when and for how long.
        pause: Pause,
    },
    /// An environment is not paused any more.
    Resumed {
        /// The environment.
        environment: String,
    },
    /// Another try of a commit has failed as the last one did.
    FailedAgain {
        /// The environment.
        environment: String,
        /// How, as the journal calls it.
        outcome: Outcome,
        /// When it is tried again, from now.
        again: Duration,
    },
}
