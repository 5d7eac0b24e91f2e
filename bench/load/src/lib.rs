//! Requests that go on while something is changed, and what became of each.
//!
//! ```no_run
//! use landfall_bench_load::{Connections, Load, Plan, Protocol};
//! let plan = Plan::new("127.0.0.1:8080").per_second(200).connections(Connections::KeepAlive);
//! let load = Load::start(plan.protocol(Protocol::Http { path: "/".to_owned() }));
//! // ... deploy ...
//! let report = load.stop();
//! assert_eq!(report.failed, 0, "{report}");
//! ```
//!
//! A request fails if it cannot be sent, gets no whole answer in time, or (HTTP) an answer other than 2xx. As RFC 9112 9.3.1
//! allows and every HTTP client does, a request on a connection that was used before and that the server closes before the
//! first byte of an answer is sent once more on a new connection; the report counts these apart.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of tests: a panic is a failed test"
)]

mod connection;
mod load;
mod plan;
mod report;

pub use load::Load;
pub use plan::{Connections, Plan, Protocol};
pub use report::{Report, thousands};
