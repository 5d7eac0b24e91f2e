//! The program as a user runs it, on real clusters and real repositories.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a helper that fails is a test that fails; seeds and skipped tests must be seen"
)]

mod apply;
mod apply_output;
mod bad_input;
mod conformance;
mod connections;
mod docker;
mod documentation;
#[path = "../../../../bench/cluster/tests/all/every_file.rs"]
mod every_file;
mod faults;
mod foreign;
mod identity;
mod intercept;
mod interchange;
mod killed_on_docker;
mod kills;
mod lists;
mod live;
mod prune;
mod real_product;
mod replace;
mod repository;
mod rollback;
mod runner;
mod secrets;
mod self_deploy;
mod serve;
mod server_side;
mod shop;
mod timeline;
mod traces;
mod width;
