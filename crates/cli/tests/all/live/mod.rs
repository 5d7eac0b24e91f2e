//! Deploys that are watched until they are live, on a node that really runs containers: what is told of whatever goes
//! wrong there, and how soon.
//!
//! All tests share one cluster, each in a namespace of its own. When the cluster knew something is what a [`Witness`]
//! saw by itself, when Landfall told it is when the line came out of the running program ([`Running`]).

mod crash;
mod custom;
mod daemon_sets;
mod ending;
mod hopeless;
mod images;
mod jobs;
pub mod masked;
mod probes;
mod refused;
mod registry;
pub mod running;
mod scheduling;
mod slow_stop;
pub mod stage;
mod stateful_sets;
mod status;
mod superseded;
mod update;
mod witness;

use std::time::Duration;

/// The longest time between the moment at which the cluster knows why something is not live, and the moment at which
/// the user reads it.
const SOON: Duration = Duration::from_secs(3);

/// By how much the moment since which something is live may be wrong.
const EXACT: Duration = Duration::from_secs(1);
