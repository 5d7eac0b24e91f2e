//! The Docker target.

mod catalog;
mod contents;
pub mod engine;
mod fault;
pub mod image;
pub mod network;
pub mod pod;
pub mod present;
pub mod reconcile;
pub mod record;
pub mod rollout;
pub mod support;
pub mod watch;
