//! Tells people and programs of deploys. What happened is in the journal's outbox; here each sink has a worker that takes
//! one event after the other, and a file that dresses the same words for its service.
//!
//! An event is told at least once, with the same id each time, in the order of its environment. A sink that is away holds
//! up nobody: neither a deploy nor another sink.

mod certificate;
mod discord;
mod email;
mod grafana;
mod http;
mod mattermost;
mod opener;
mod pace;
mod send;
mod slack;
mod status;
mod story;
mod teams;
mod test;
#[cfg(test)]
mod tests;
mod truncate;
mod webhook;
mod worker;

pub use http::Http;
pub use opener::Secrets;
pub use test::{Tested, test};
pub use worker::{Notifier, Tell};

/// Why a sink has not taken a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It may take it later; not before the given time, if it said one.
    Passing { why: String, after: Option<std::time::Duration> },
    /// It never will.
    Permanent { why: String },
    /// It never will, nor any other.
    Gone { why: String },
}

impl Fault {
    pub fn passing(why: impl Into<String>) -> Self {
        Self::Passing { why: why.into(), after: None }
    }

    pub fn permanent(why: impl Into<String>) -> Self {
        Self::Permanent { why: why.into() }
    }

    pub fn why(&self) -> &str {
        match self {
            Self::Passing { why, .. } | Self::Permanent { why } | Self::Gone { why } => why,
        }
    }
}

/// What a sink calls the message that it has taken, if it can be changed later.
pub(crate) type Taken = Result<Option<String>, Fault>;
