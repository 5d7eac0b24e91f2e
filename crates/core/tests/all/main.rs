//! The crate's integration tests, in one binary: a module each.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "seeds and skipped tests must be seen")]

mod generate;
mod invariants;
mod kubectl;
mod merge_against_kubectl;
