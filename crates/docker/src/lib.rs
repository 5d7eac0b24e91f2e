//! The Docker target.

mod ask;
mod catalog;
mod contents;
pub mod engine;
mod fault;
pub mod image;
pub mod ingress;
pub mod lock;
pub mod network;
pub mod pod;
pub mod present;
mod proxies;
pub mod reconcile;
pub mod record;
pub mod rollout;
pub mod service;
mod site;
pub mod support;
pub mod volume;
pub mod watch;

pub use site::Site;
