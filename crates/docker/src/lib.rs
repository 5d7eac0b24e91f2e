//! The Docker target.

mod catalog;
mod contents;
mod drift;
pub mod engine;
mod fault;
pub mod image;
mod look;
pub mod network;
mod observe;
pub mod pod;
pub mod present;
pub mod reconcile;
pub mod record;
pub mod rollout;
mod status;
pub mod support;
pub mod watch;
