//! The Docker target.

mod ask;
pub mod engine;
mod fault;
pub mod ingress;
pub mod lock;
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

pub use site::Site;
