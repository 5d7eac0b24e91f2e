//! What is asked, how often, and over which connections.

use std::time::Duration;

/// What the requests of a [`Load`](crate::Load) are.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) address: String,
    pub(crate) protocol: Protocol,
    pub(crate) connections: Connections,
    pub(crate) per_second: Option<u32>,
    pub(crate) workers: u32,
    pub(crate) timeout: Duration,
}

/// How an answer is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protocol {
    /// `GET path` of HTTP/1.1.
    Http {
        /// What is asked for: `/`.
        path: String,
    },
    /// A line `ask`, answered by a line.
    Tcp,
}

/// Over which connections requests go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connections {
    /// One for each request.
    New,
    /// Every worker keeps one for as long as the server does.
    KeepAlive,
}

impl Plan {
    /// `GET /` of `address` (`host:port`) 50 times a second over new connections.
    pub fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            protocol: Protocol::Http { path: "/".to_owned() },
            connections: Connections::New,
            per_second: Some(50),
            workers: 8,
            timeout: Duration::from_secs(10),
        }
    }

    /// What is asked.
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// Over which connections.
    pub fn connections(mut self, connections: Connections) -> Self {
        self.connections = connections;
        self
    }

    /// How many requests start in a second, all workers together.
    pub fn per_second(mut self, count: u32) -> Self {
        self.per_second = Some(count);
        self
    }

    /// As many as the workers can, each one after the other.
    pub fn unlimited(mut self) -> Self {
        self.per_second = None;
        self
    }

    /// How many requests may be under way at once.
    pub fn workers(mut self, count: u32) -> Self {
        self.workers = count;
        self
    }

    /// How long an answer may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}
