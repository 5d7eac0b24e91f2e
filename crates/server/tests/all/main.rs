//! What the server answers, over a real connection and from a real journal.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

mod asking;
#[path = "../../../../bench/cluster/tests/all/every_file.rs"]
mod every_file;
mod headers;
mod hosts;
mod markup;
mod paths;
mod webhooks;
