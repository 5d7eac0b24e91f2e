//! The Docker target.

pub mod reconcile;
