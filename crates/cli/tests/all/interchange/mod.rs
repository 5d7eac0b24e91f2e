//! Landfall and `kubectl apply --prune` on the same revisions: the same live objects, whichever tool applied which of
//! them.
//!
//! Each test has several clusters (lanes) that take the same revisions, each with another sequence of the tools, and
//! compares all objects of all kinds after every revision, managed fields included. What may differ is only what the
//! API server makes anew for every object: times, UIDs, resource versions and allocated addresses ([`normal`]).

mod arena;
mod differences;
mod directives;
mod generate;
mod generated;
pub mod history;
mod lane;
mod live;
mod normal;
pub mod random;
mod snapshots;
pub mod writes;
