//! One deploy, from the manifests of a revision to the target, and on until it is live there.

pub mod check;
pub mod config;
pub mod deploy;
pub mod environment;
pub mod error;
pub mod follow;
pub mod inspect;
mod journaling;
pub mod pause;
pub mod plan;
pub mod progress;
mod record;
pub mod recorded;
mod run;
mod running;
pub mod status;
pub mod target;
pub mod task;
mod to_journal;
mod turn;
pub mod wait;
