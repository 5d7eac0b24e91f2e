//! What of Kubernetes one host can do: every kind and every field of the supported kinds is supported, accepted without
//! effect for a reason, or refused for one. Nothing falls between: a test walks the schema.
//!
//! The tables are data; [`check`] reads one object by them, [`review`] a whole revision, [`tables_as_markdown`] writes
//! them down for the documentation.

mod check;
mod class;
mod cron_job;
mod document;
mod fields;
mod host_ports;
mod ingress;
mod kinds;
mod pods;
mod review;
mod selector;
mod service;
mod storage;
mod walk;

#[cfg(test)]
mod tests;

pub use check::{Findings, Note, Surroundings, check};
pub use class::{Class, KindClass};
pub use document::tables_as_markdown;
pub use kinds::kind_class;
pub use review::review;
