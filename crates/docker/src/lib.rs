//! The Docker target.

pub mod pod;
pub mod present;
pub mod reconcile;
pub mod support;
