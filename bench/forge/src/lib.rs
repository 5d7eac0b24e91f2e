//! A real forge for tests: Gitea, over HTTP and ssh.
//!
//! ```no_run
//! let forge = landfall_bench_forge::Forge::shared();
//! let ada = forge.user("ada");
//! let repository = forge.repository(&ada);
//! println!("{} or {}", repository.http_url(), repository.ssh_url());
//! ```
//!
//! [`Forge::shared`] costs nothing after the first test of a process, [`Forge::start`] a few seconds and 200 MB. Users
//! and repositories get names of their own, so that tests do not meet. The forge ends with the process that started it,
//! however that ends. Everything panics with a message when it does not work, since there is nothing that a test could do
//! about it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of tests: a panic is a failed test"
)]

mod api;
mod config;
mod forge;
mod repository;
mod user;

pub use api::Answer;
pub use forge::Forge;
pub use repository::{Access, Repository};
pub use user::User;
