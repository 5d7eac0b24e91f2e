//! The Kubernetes target: what kubectl's client-side apply would send, in parallel and without a request too many.

mod answers;
mod carry_out;
mod check;
mod client;
mod connect;
mod contents;
mod definition;
mod discover;
mod drift;
mod http;
mod inventory;
mod kubeconfig_fault;
mod lease;
mod lists;
mod observe;
mod path;
mod read_ahead;
mod replace;
mod retry;
mod status;
mod target;
mod throttle;
mod watch;

pub use connect::{ConnectError, ConnectOptions, connect};
pub use target::KubernetesTarget;
