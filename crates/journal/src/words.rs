//! The words that the journal stores: why a deploy happened, how it ended, what happened to an object.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A revision as people write it: its first seven digits. Not unique in large repositories.
pub fn short_id(revision: &str) -> &str {
    revision.get(..7).unwrap_or(revision)
}

/// An enum whose variants have one spelling, in the database, in JSON and for people alike.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:tt,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// The word that is stored.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The value of a stored word.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// Why a deploy happened.
    Cause {
        /// Somebody ran `landfall deploy`.
        Deploy = "deploy",
        /// Somebody ran `landfall apply`.
        Apply = "apply",
        /// Somebody rolled back; the revision is the revert commit.
        Rollback = "rollback",
        /// The server saw a new revision.
        Serve = "serve",
        /// The server put right what somebody else had changed.
        Drift = "drift",
    }
}

words! {
    /// How a deploy ended, or that it has not.
    Outcome {
        /// It has not ended, or its process was killed and nobody has noticed yet.
        Running = "running",
        /// Everything is live, be it without a change.
        Live = "live",
        /// Everything was written; nobody waited for it to become live.
        Applied = "applied",
        /// A guard or the target's check refused it, and nothing was written.
        Blocked = "blocked",
        /// Some writes failed.
        Failed = "failed",
        /// Everything was written, but it will not become live without somebody's help.
        Hopeless = "hopeless",
        /// Everything was written, but it was not live in time.
        NotLive = "notLive",
        /// A newer revision came before it was live.
        Superseded = "superseded",
        /// The user stopped it.
        Stopped = "stopped",
        /// Its process was killed, and another deploy came.
        Interrupted = "interrupted",
    }
}

words! {
    /// What a deploy does to an object.
    ObjectAction {
        /// It is created.
        Create = "create",
        /// It is patched.
        Update = "update",
        /// It is deleted and created again.
        Replace = "replace",
        /// It is recorded as desired, but made true anew.
        Repair = "repair",
        /// It is deleted.
        Prune = "prune",
        /// The revision does not have it, but it is left; nothing is written.
        Keep = "keep",
    }
}

words! {
    /// How far the change of an object is.
    ObjectState {
        /// It is going to be written, or was about to be when the process was killed.
        Planned = "planned",
        /// It was written. What is kept is done from the start.
        Done = "done",
        /// It could not be written.
        Failed = "failed",
    }
}

words! {
    /// What people are told of. A new kind has a line in every sink's table of `docs/notifications.md`.
    EventKind {
        /// A deploy is about to write its first object.
        Began = "began",
        /// A deploy is live.
        Live = "live",
        /// A deploy is live, after others had failed.
        Recovered = "recovered",
        /// Everything was written; nobody waited for it to become live.
        Applied = "applied",
        /// A guard or the target's check refused a deploy, and nothing was written.
        Refused = "refused",
        /// A deploy failed, or will not become live, or was not live in time.
        Failed = "failed",
        /// A newer revision came before a deploy was live.
        Superseded = "superseded",
        /// Somebody stopped a deploy.
        Stopped = "stopped",
        /// The process of a deploy was killed, and another deploy came.
        Interrupted = "interrupted",
        /// One workload of a deploy is live.
        ServiceLive = "serviceLive",
        /// Others have changed what was applied, and that is left as it is.
        Drifted = "drifted",
        /// What others had changed is as applied again.
        Mended = "mended",
        /// Somebody undoes corrections again and again.
        Fight = "fight",
        /// Nothing is deployed to the environment from now on.
        Paused = "paused",
        /// It is deployed to again.
        Resumed = "resumed",
    }
}

words! {
    /// How far a notification is.
    DeliveryState {
        /// It is to be sent, for the first time or again.
        Waiting = "waiting",
        /// The sink has taken it.
        Delivered = "delivered",
        /// It was tried, and is not tried any more.
        Dead = "dead",
        /// It was never sent, since it was too old or its sink is gone.
        Dropped = "dropped",
    }
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 15] = [
        Self::Began,
        Self::Live,
        Self::Recovered,
        Self::Applied,
        Self::Refused,
        Self::Failed,
        Self::Superseded,
        Self::Stopped,
        Self::Interrupted,
        Self::ServiceLive,
        Self::Drifted,
        Self::Mended,
        Self::Fight,
        Self::Paused,
        Self::Resumed,
    ];

    /// Whether it is about what is so between deploys, and not about one of them.
    pub fn is_standing(self) -> bool {
        matches!(self, Self::Drifted | Self::Mended | Self::Fight | Self::Paused | Self::Resumed)
    }

    /// What is told where a deploy ends so; `None` while it has not.
    pub(crate) fn of(outcome: Outcome) -> Option<Self> {
        Some(match outcome {
            Outcome::Running => return None,
            Outcome::Live => Self::Live,
            Outcome::Applied => Self::Applied,
            Outcome::Blocked => Self::Refused,
            Outcome::Failed | Outcome::Hopeless | Outcome::NotLive => Self::Failed,
            Outcome::Superseded => Self::Superseded,
            Outcome::Stopped => Self::Stopped,
            Outcome::Interrupted => Self::Interrupted,
        })
    }
}

impl Cause {
    /// Whether an unfinished deploy for one cause is the same as one for the other: the server goes on where a killed
    /// command left off, but neither takes over what was applied from files, or a repair.
    pub(crate) fn resumes(self, earlier: Self) -> bool {
        let family = |cause| match cause {
            Self::Deploy | Self::Rollback | Self::Serve => 0,
            Self::Apply => 1,
            Self::Drift => 2,
        };
        family(self) == family(earlier)
    }
}

impl Outcome {
    /// For people, after the name of the deploy: `4f9d1c2 was not live in time`.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Running => "is running, or was killed",
            Self::Live => "live",
            Self::Applied => "applied",
            Self::Blocked => "was refused",
            Self::Failed => "failed",
            Self::Hopeless => "will not become live",
            Self::NotLive => "was not live in time",
            Self::Superseded => "superseded",
            Self::Stopped => "stopped by the user",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether another try may end otherwise.
    pub(crate) fn is_to_be_tried_again(self) -> bool {
        matches!(self, Self::Blocked | Self::Failed | Self::Hopeless | Self::NotLive | Self::Stopped)
    }

    /// Whether the deploy has ended.
    pub fn is_final(self) -> bool {
        self != Self::Running
    }
}
