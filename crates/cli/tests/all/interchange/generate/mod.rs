//! Generated revisions: manifests of every common kind, that change a little from one revision to the next.

mod access;
mod admission;
mod cluster;
mod custom;
mod genes;
mod kinds;
mod network;
pub mod people;
mod pod;
mod repository;
mod settings;
mod workload;

pub use kinds::KINDS;
pub use repository::Repository;
