//! Carries out what [`crate::reconcile`] decides: one task a workload makes its pods what it asks for, as Kubernetes'
//! controllers and the kubelet do.
//!
//! ```text
//! engine's events, probes -> pods (what there is) -> stage -> reconcile -> steps -> make, leave
//!                                    ^                                                |
//!                                    +------------------------------------------------+
//! ```
//!
//! Nothing is remembered that the engine does not tell: whoever is killed on the way, and begins again, sees the same
//! pods and goes on.

mod around;
mod bones;
mod names;
mod pods;
mod stage;
mod store;
mod workload;

pub use around::{Around, Asker, Traffic};
pub use pods::{ContainerState, Fault, PodState, Probed, Work};
pub use workload::{Asks, Workload};
