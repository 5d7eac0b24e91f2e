//! The way back, as a commit.

mod forge;
mod identity;
mod options;
mod races;
mod refused;
pub mod remote;
mod revert;

use remote::Remote;
