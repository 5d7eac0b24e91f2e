//! What a board shows.

use std::collections::{BTreeMap, BTreeSet};

use landfall_core::{object::ObjectId, rollout::Rollout};
use landfall_git::Commit;
use landfall_journal::{Deploy, Outcome, Place, Time};
use serde::Serialize;

use crate::{pause::Pause, target::Drifted};

/// Everything on a board.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// The repositories by their addresses, without credentials.
    pub repositories: BTreeMap<String, Repository>,
}

/// One repository.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Repository {
    /// Why it cannot be read, or why its configuration cannot be used; the last good state is followed.
    pub faults: Vec<String>,
    /// Who follows it, where this process does not.
    pub leader: Option<String>,
    /// Its environments by their names.
    pub environments: BTreeMap<String, Environment>,
}

/// One environment.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// The branch that it follows.
    pub branch: String,
    /// Where its objects are, in words; `None` before its first deploy.
    pub target: Option<String>,
    /// Where its deploys are recorded; `None` before its first deploy.
    #[serde(skip)]
    pub place: Option<Place>,
    /// The commit that is being deployed, or was last.
    pub commit: Option<CommitWords>,
    /// How far that is.
    pub phase: Phase,
    /// Since when.
    pub since: Option<Time>,
    /// The objects that somebody else has changed.
    pub drifted: Vec<Drifted>,
    /// The objects that somebody else changes again and again, since the last commit.
    pub fights: Vec<String>,
    /// The revision that was deployed by hand; it stays until the next commit.
    pub other: Option<String>,
    /// Why nothing is deployed to it, where it is paused.
    pub paused: Option<Pause>,
    /// Its workloads on their way, while it is being deployed.
    pub rollouts: Vec<Rollout>,
}

/// A commit in words.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommitWords {
    /// The full id.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
}

/// How far a commit is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", tag = "name")]
pub enum Phase {
    /// It was not looked at yet.
    #[default]
    Unknown,
    /// There is no such branch; what was live stays.
    NoBranch,
    /// It is planned, checked and written.
    Writing,
    /// It is written, and on its way to live.
    Rolling,
    /// It is done: live, or another one took its place.
    Done,
    /// It failed.
    Failed {
        /// Why.
        reason: String,
        /// When it is tried again; `None` where only another commit helps.
        again: Option<Time>,
    },
}

impl Standing {
    /// The names of all environments, each once.
    pub fn environments(&self) -> Vec<String> {
        let names = self.repositories.values().flat_map(|repository| repository.environments.keys());
        names.collect::<BTreeSet<_>>().into_iter().cloned().collect()
    }
}

impl Repository {
    pub(super) fn replace_fault(&mut self, begin: &str, rest: &str) {
        self.forget(begin);
        self.faults.push(format!("{begin}{rest}"));
    }

    pub(super) fn forget(&mut self, begin: &str) {
        self.faults.retain(|fault| !fault.starts_with(begin));
    }
}

impl Environment {
    pub(super) fn enter(&mut self, phase: Phase) {
        if self.phase != phase {
            self.since = Some(Time::now());
        }
        self.phase = phase;
    }

    /// What the journal has of its newest deploy.
    pub(super) fn show(&mut self, deploy: &Deploy) {
        self.commit = deploy.revision.as_ref().map(|revision| CommitWords {
            id: revision.clone(),
            subject: deploy.subject.clone().unwrap_or_default(),
            author: deploy.author.clone().unwrap_or_default(),
        });
        self.since = Some(deploy.moment());
        self.phase = match deploy.outcome {
            Outcome::Running if deploy.applied.is_some() => Phase::Rolling,
            Outcome::Running => Phase::Writing,
            Outcome::Live | Outcome::Applied | Outcome::Superseded => Phase::Done,
            other => Phase::Failed { reason: deploy.reason.clone().unwrap_or_else(|| other.to_string()), again: None },
        };
    }

    pub(super) fn rolls(&mut self, rollout: &Rollout) {
        let key = |rollout: &Rollout| -> ObjectId { rollout.id.clone() };
        match self.rollouts.binary_search_by_key(&rollout.id, key) {
            Ok(at) => self.rollouts[at] = rollout.clone(),
            Err(at) => self.rollouts.insert(at, rollout.clone()),
        }
    }
}

impl CommitWords {
    pub(super) fn of(commit: &Commit) -> Self {
        Self { id: commit.id.to_string(), subject: commit.subject.clone(), author: commit.author.name.clone() }
    }
}
