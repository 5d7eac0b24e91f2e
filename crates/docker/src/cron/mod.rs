//! CronJobs: their Jobs, started at their times while somebody tends the environment.
//!
//! ```text
//! records, pods, the time -> due -> work -> tend -> records of Jobs, which run as those of the manifests do
//! ```
//!
//! As in a cluster, the last time of a CronJob is in its status, and its Jobs name it as their owner. Whoever is killed in
//! between leaves what the next one sees, and goes on with.
//!
//! Source: pkg/controller/cronjob in the sources of Kubernetes.

mod due;
mod job;
mod schedule;
mod tend;
mod work;

pub use due::schedule;
pub use job::owned;
pub use schedule::Schedule;
pub use tend::{remove, tend, told};
pub use work::{Work, work};
