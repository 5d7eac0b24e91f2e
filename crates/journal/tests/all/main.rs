//! The journal on real databases: every test runs on SQLite and on PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a helper that fails is a test that fails; skipped tests must be seen"
)]

mod begin;
mod deploys;
#[path = "../../../../bench/cluster/tests/all/every_file.rs"]
mod every_file;
mod faults;
mod idempotence;
mod killed;
mod lead;
mod lifecycle;
mod many;
mod observations;
mod open;
mod outbox;
mod prune;
mod services;
mod support;
