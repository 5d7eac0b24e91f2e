//! Real, private Docker engines for tests and benchmarks.
//!
//! ```no_run
//! use landfall_bench_engine::{Engine, Image};
//! let engine = Engine::shared();
//! engine.load(&Image::web("landfall-bench/web:v1"));
//! engine.docker(&["run", "--detach", "--publish", "8080:8080", "landfall-bench/web:v1"]).ok();
//! println!("http://{}:8080", engine.address());
//! ```
//!
//! A test asks for what it needs: [`Engine::shared`] costs nothing after the first test of a process, [`Engine::start`] about
//! 2 s and 100 MB. It is Debian's `dockerd` with its own containerd, data, networks and iptables in namespaces of its own, so
//! that engines meet neither each other nor the machine's; it needs root, see [`can_run`]. Nothing is left behind, also when
//! the process is killed. Everything panics with a message when it does not work, since there is nothing that a test could do
//! about it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of tests: a panic is a failed test"
)]

mod docker;
mod engine;
mod link;
mod machine;

pub use engine::Engine;
pub use landfall_bench_cluster::{Image, Output};
pub use machine::can_run;
