//! The lock of an environment: one deploy at a time, across machines.
//!
//! It is a container, because the engine makes names unique: whoever creates `landfall.lock.<environment>` has it. Its
//! program reads what this Landfall writes to it, and ends when that ends: with the process, with the connection, and
//! after thirty seconds without a sign of life. The engine then removes the container. No clock is compared with another.
//!
//! While it lives it is also the deploy's agent in the environment's network: it asks pods what Landfall, which may be far
//! away, wants to know of them.

mod agent;
mod session;
mod take;

pub use agent::Agent;
pub use session::Session;
pub use take::take;
