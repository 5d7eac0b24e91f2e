//! One deploy, from the manifests of a revision to the target.

pub mod config;
pub mod deploy;
pub mod environment;
pub mod plan;
pub mod progress;
mod record;
mod run;
pub mod target;
