//! The program as containers run it: real processes, real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

mod agent;
mod ingress;
mod long;
mod names;
mod pause;
mod service;
mod support;
mod switch_over;
mod udp;
