//! The Docker target.

pub mod present;
pub mod reconcile;
