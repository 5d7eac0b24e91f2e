//! Everything that this crate does, as its users see it, against real engines where one is needed: one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a helper that fails is a test that fails; skipped tests must be seen"
)]

mod around;
mod engine;
mod ingress;
mod lock;
mod page;
mod pod;
mod review;
mod rollout;
mod service;
mod target;
mod volume;
