//! The Kubernetes target on real API servers.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

#[path = "../../../../bench/cluster/tests/all/every_file.rs"]
mod every_file;
mod schema;
