//! What was deployed when, and what is live: the journal as a user reads it.

mod at;
mod by_hand;
mod diff;
mod filters;
mod history;
mod json;
mod killed;
mod locations;
pub mod site;
mod status;
mod status_unknown;
mod steady;
mod stops;

pub use steady::steady;
