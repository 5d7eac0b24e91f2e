//! The Docker target.

pub mod engine;
pub mod pod;
pub mod present;
pub mod reconcile;
pub mod rollout;
pub mod watch;
