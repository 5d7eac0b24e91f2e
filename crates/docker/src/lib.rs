//! The Docker target.

pub mod engine;
pub mod present;
pub mod reconcile;
