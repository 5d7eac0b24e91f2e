//! What `landfall serve` answers over HTTP: the page, the API, metrics, and webhooks. All of it is read-only: nothing here
//! deploys, and a webhook only says that somebody may look now. And whom it tells of deploys: [`notify`].

mod access;
#[allow(unused_qualifications, reason = "the attribute `utoipa::path` writes them")]
mod api;
mod app;
mod connections;
mod events;
mod headers;
mod health;
mod inspect;
mod links;
mod metrics;
pub mod notify;
mod openapi;
mod page;
mod problem;
mod router;
mod webhook;
mod words;

pub use access::{Access, AccessFault, TrustedProxy};
pub use app::{App, Hints, Inspector, Question, WebhookSecret};
pub use connections::serve;
pub use metrics::Metrics;
