//! The Docker target.

pub mod engine;
mod fault;
pub mod pod;
pub mod present;
pub mod reconcile;
pub mod record;
pub mod rollout;
pub mod support;
pub mod watch;
