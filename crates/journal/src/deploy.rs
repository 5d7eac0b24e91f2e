//! One deploy, as it begins and as it is read.

use serde::{Deserialize, Serialize};

use crate::{
    id::DeployId,
    object::{ImageChange, ObjectChange},
    place::Place,
    progress::Rollout,
    time::Time,
    words::{Cause, Outcome},
};

/// What is known of a deploy when it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeploy {
    /// Where it goes.
    pub place: Place,
    /// The environment's name as the user calls it.
    pub environment: String,
    /// The target in words: `context prod`.
    pub target: String,
    /// Why it happens.
    pub cause: Cause,
    /// Who asked for it: `alice@laptop`.
    pub asked_by: Option<String>,
    /// The repository's address, without credentials, or the folder.
    pub repository: Option<String>,
    /// The commit's full id; `None` for files outside of Git. Such a deploy is never resumed, since nothing says that
    /// the files are the same.
    pub revision: Option<String>,
    /// The commit's author.
    pub author: Option<String>,
    /// The first line of the commit's message.
    pub subject: Option<String>,
    /// What the user wrote about a rollback.
    pub message: Option<String>,
    /// When the revision was committed.
    pub committed: Option<Time>,
    /// When Landfall learned of it: the command began, or the server saw the revision.
    pub detected: Time,
}

/// The answer of [`Journal::begin`](crate::Journal::begin).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The entry.
    pub id: DeployId,
    /// Whether an unfinished deploy of the same revision goes on.
    pub resumed: bool,
}

/// The answer of [`Journal::finish`](crate::Journal::finish).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// It ended by this call.
    Now,
    /// It ended by this call, and its entry is gone: the one before says the same.
    NoNews,
    /// It had ended before, and nothing was changed.
    Before {
        /// How it ended.
        outcome: Outcome,
        /// Why.
        reason: Option<String>,
        /// When.
        ended: Option<Time>,
        /// The deploy that ended it; `None` if it ended itself.
        ended_by: Option<DeployId>,
    },
}

/// A deploy without its objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deploy {
    /// The entry's id.
    pub id: DeployId,
    /// Where it went.
    pub place: Place,
    /// The environment's name as the user calls it.
    pub environment: String,
    /// The target in words.
    pub target: String,
    /// Why it happened.
    pub cause: Cause,
    /// Who asked for it.
    pub asked_by: Option<String>,
    /// The repository's address or folder.
    pub repository: Option<String>,
    /// The commit's full id.
    pub revision: Option<String>,
    /// The commit's author.
    pub author: Option<String>,
    /// The first line of the commit's message.
    pub subject: Option<String>,
    /// What the user wrote about a rollback.
    pub message: Option<String>,
    /// The revision that the target had before.
    pub previous_revision: Option<String>,
    /// Whether an older revision than the target's was deployed directly, without a revert commit.
    pub is_older: bool,
    /// When the revision was committed.
    pub committed: Option<Time>,
    /// When Landfall learned of it.
    pub detected: Time,
    /// When the first object was written.
    pub first_write: Option<Time>,
    /// When the last object was written.
    pub applied: Option<Time>,
    /// When everything was live, as the target says.
    pub live: Option<Time>,
    /// When it ended.
    pub ended: Option<Time>,
    /// How it ended, or that it has not.
    pub outcome: Outcome,
    /// Why, as a sentence without a full stop.
    pub reason: Option<String>,
    /// The deploy that ended it; `None` if it ended itself.
    pub ended_by: Option<DeployId>,
    /// How often it was taken up again: after its process was killed, or by the server after it had failed.
    pub resumes: i64,
}

impl Deploy {
    /// When it counts: since when it is live, or else when it ended, or when it was asked for.
    pub fn moment(&self) -> Time {
        self.live.or(self.ended).unwrap_or(self.detected)
    }
}

/// A whole deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The deploy itself.
    pub deploy: Deploy,
    /// Its objects in the order in which they were planned.
    pub objects: Vec<ObjectChange>,
    /// The images that it changed, by workload and container.
    pub images: Vec<ImageChange>,
    /// Its workloads on their way to live.
    pub rollouts: Vec<Rollout>,
}
