//! The crate's integration tests, in one binary: a module each.

mod generate;
mod kubectl;
mod merge_against_kubectl;
