//! Real Kubernetes clusters for tests and benchmarks.
//!
//! ```no_run
//! let cluster = landfall_bench_cluster::Cluster::start();
//! let namespace = cluster.namespace();
//! cluster.kubectl(&["create", "configmap", "a", "-n", &namespace]).ok();
//! ```
//!
//! A test asks for what it needs: [`Cluster::shared`] costs nothing after the first test, [`Cluster::start`] about 5 s and
//! 350 MB. Nothing is left behind: see the script `keeper` beside this crate's `Cargo.toml`. Everything panics with a
//! message when it does not work, since there is nothing that a test could do about it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a helper of tests and of developers: a panic is a failed test"
)]

mod api_server;
mod background;
mod builder;
pub mod cgroup;
mod cluster;
mod control_plane;
mod etcd;
pub mod http;
mod image;
mod keeper;
mod kubectl;
mod kwok;
mod node;
mod node_config;
mod ports;
mod programs;
mod proxy;
mod users;

pub use background::Background;
pub use builder::Builder;
pub use cluster::Cluster;
pub use image::Image;
pub use keeper::{Keeper, keeper};
pub use kubectl::{Output, run as kubectl};
pub use node::can_run_real_node;
pub use ports::free_port;
pub use programs::{clean_env, program};
pub use users::{ADMIN, WEAK_USERS};
