<<<<<<< HEAD
//! Tests against a real engine, and of whole outputs.

mod rollout;
=======
//! Everything that this crate does, as its users see it: one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a helper that fails is a test that fails; skipped tests must be seen"
)]

mod page;
mod pod;
mod review;
>>>>>>> 18f9d94367e5d56adcbb9e4d67e79ad72dedc40c
