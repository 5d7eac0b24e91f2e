//! The Docker target.

mod ask;
mod carry_out;
mod catalog;
mod check;
mod contents;
mod cron;
mod deploying;
mod drift;
pub mod engine;
mod fault;
pub mod image;
pub mod ingress;
pub mod lock;
mod look;
pub mod network;
mod observe;
pub mod pod;
pub mod present;
mod proxies;
pub mod reconcile;
pub mod record;
pub mod rollout;
pub mod service;
mod settled;
mod site;
mod sources;
mod status;
pub mod support;
mod target;
pub mod volume;
pub mod watch;

pub use site::Site;
pub use target::DockerTarget;
