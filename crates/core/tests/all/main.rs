//! The crate's integration tests, in one binary: a module each.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "seeds and skipped tests must be seen")]

#[path = "../../../../bench/cluster/tests/all/every_file.rs"]
mod every_file;
mod generate;
mod invariants;
mod kubectl;
mod merge_against_kubectl;
