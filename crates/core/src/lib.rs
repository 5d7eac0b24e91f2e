//! From files to actions: everything that Landfall decides, without any I/O, clock or environment.

pub mod batches;
pub mod catalog;
pub mod compare;
pub mod desired;
pub mod diagnostic;
pub mod drift;
pub mod foreign;
pub mod health;
pub mod images;
pub mod immutable;
pub mod inventory;
pub mod json_go;
pub mod last_applied;
mod lean;
pub mod manifest;
pub mod meanwhile;
pub mod merge;
pub mod object;
pub mod observation;
pub mod order;
pub mod packed;
pub mod plan;
pub mod prune;
pub mod rollout;
pub mod schema;
pub mod selector;
pub mod yaml;
