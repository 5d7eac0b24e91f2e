//! Everything that this crate does, against real repositories, real servers and the real git.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

mod advance;
mod bundle;
mod directory;
mod edit;
#[path = "../../../../bench/cluster/tests/all/every_file.rs"]
mod every_file;
mod faults;
mod history;
mod http;
mod killed;
mod large;
mod local;
mod mirror;
mod push;
mod push_faults;
mod resolve;
mod revert;
mod revert_like_git;
mod ssh;
mod support;
mod tree;
mod uncommitted;
