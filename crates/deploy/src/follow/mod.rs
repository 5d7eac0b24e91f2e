//! Follows a repository: every commit of an environment's branch goes live there, without anybody asking for it.
//!
//! One task looks at the repository for all of its environments; each environment has a loop of its own, so that none
//! waits for another. The newest commit always wins.

mod alone;
mod attempt;
mod board;
mod control;
mod environment;
mod fight;
mod first;
mod host;
mod keep;
mod live;
mod look;
mod next;
mod notice;
mod pace;
mod paused;
mod recall;
mod repository;
mod standby;
mod standing;
mod tend;
mod under_way;

pub(crate) use look::{config, in_words};

pub use attempt::{Attempt, Ended};
pub use board::{Board, CommitWords, Environment, Phase, Repository, Standing};
pub use host::{Fault, Host, News, Prepared};
pub use pace::Pace;
pub use repository::{Follower, Pass};
