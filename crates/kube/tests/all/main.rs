//! The Kubernetes target on real API servers.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod schema;
