//! Tests of the bench itself.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod engine;
