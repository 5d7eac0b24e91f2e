//! What runs on an engine, in the words of Kubernetes: documents as an API server would show them, so that one judgement
//! of health (`landfall_core::health`) serves both targets. Pure: no I/O, no clock.

mod container;
mod pod;
#[cfg(test)]
mod tests;

pub use pod::pod;

use serde_json::Value;

/// A container of a pod, as far as it is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen<'a> {
    /// Its name in the pod.
    pub name: &'a str,
    /// What the engine says of it, the answer to `GET /containers/{id}/json` (API 1.41); `None` where there is none yet.
    pub inspect: Option<&'a Value>,
    /// Why there is none; not looked at once there is.
    pub missing: Option<Missing<'a>>,
    /// The exit code of its last run, from the engine's event `die`: the engine forgets it when it starts the container
    /// again.
    pub last_exit: Option<i64>,
    /// Whether its startup probe has succeeded in this run; not looked at without one.
    pub started: bool,
    /// Since when its readiness probe succeeds in this run, RFC 3339; not looked at without one.
    pub ready_since: Option<&'a str>,
}

/// Why a container could not be made.
#[derive(Debug, Clone, Copy)]
pub struct Missing<'a> {
    /// The kubelet's word for it: `ErrImagePull`, `CreateContainerConfigError`, `CreateContainerError`.
    pub reason: &'a str,
    /// For people.
    pub message: &'a str,
}
