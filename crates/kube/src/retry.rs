//! When a request is sent again, and after which pause.

use std::{error::Error, io, time::Duration};

use tokio::time::Instant;

use crate::{kubeconfig_fault, status::Status};

/// An attempt that failed.
#[derive(Debug)]
pub enum Failure {
    /// The server answered, and did not do it.
    Status {
        /// Its answer.
        status: Status,
        /// When it may be asked again.
        retry_after: Option<Duration>,
    },
    /// Nothing was sent: nobody listens there, or not yet.
    Refused(String),
    /// The connection broke, or no answer came: it may have been done or not.
    Lost(String),
    /// It will not be better next time, such as a certificate that is not trusted.
    Final(String),
}

impl Failure {
    /// What a transport error means.
    pub fn of_transport(error: &(dyn Error + 'static)) -> Self {
        let mut reasons: Vec<String> = Vec::new();
        let mut kind = None;
        let mut source = Some(error);
        while let Some(error) = source {
            let text = error.to_string();
            if !reasons.iter().any(|known| known.contains(&text)) {
                reasons.push(text);
            }
            kind = error.downcast_ref::<io::Error>().map(io::Error::kind).or(kind);
            source = error.source();
        }
        let reason = reasons.last().cloned().unwrap_or_default();
        let whole = reasons.join(": ");
        if kubeconfig_fault::is_login(error) {
            return Self::Final(kubeconfig_fault::tell(error));
        }
        if whole.contains("deadline has elapsed") {
            return Self::Lost("no connection came about within 3 s".to_owned());
        }
        if whole.contains("corrupt message") {
            return Self::Final(
                "what answers there does not speak TLS; look at https:// and the port of the address".to_owned(),
            );
        }
        if whole.contains("certificate") || whole.contains("dns error") || whole.contains("invalid URI") {
            return Self::Final(if whole.contains("dns error") {
                format!("the name cannot be resolved: {reason}")
            } else {
                reason
            });
        }
        match kind {
            Some(
                io::ErrorKind::ConnectionRefused | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable,
            ) => Self::Refused(reason),
            _ => Self::Lost(reason),
        }
    }
}

impl Failure {
    /// What it is, without anybody's words.
    pub fn class(&self) -> String {
        match self {
            Self::Status { status, .. } => format!("status {}", status.code),
            Self::Refused(_) => "refused".to_owned(),
            Self::Lost(_) => "lost".to_owned(),
            Self::Final(_) => "final".to_owned(),
        }
    }
}

/// The retries of one request.
pub struct Retry {
    deadline: Instant,
    attempts: u32,
}

impl Retry {
    /// Begins. A server that has answered before may be restarting, and is given a minute; one that never did is
    /// probably not there, and the user should know at once.
    pub fn new(reached: bool) -> Self {
        let patience = if reached { Duration::from_secs(90) } else { Duration::from_secs(2) };
        Self { deadline: Instant::now() + patience, attempts: 0 }
    }

    /// How long to wait before the next attempt; `None` to give up.
    pub fn pause(&mut self, failure: &Failure) -> Option<Duration> {
        let backoff = Duration::from_millis(50 * (1 << self.attempts.min(6)));
        let pause = match failure {
            Failure::Final(_) => return None,
            Failure::Status { status, retry_after } => match status.code {
                // The server says itself when; it has not done anything.
                429 => {
                    return Some(retry_after.unwrap_or(backoff).min(Duration::from_secs(60)))
                        .filter(|_| self.count() < 30);
                }
                502..=504 => retry_after.unwrap_or(backoff),
                500 if is_passing(&status.message) => backoff,
                // A patch that lost a race inside the server; it carries no version, so the same patch is right again.
                409 if status.message.contains("please apply your changes to the latest version")
                    && self.attempts < 5 =>
                {
                    backoff
                }
                _ => return None,
            },
            Failure::Refused(_) | Failure::Lost(_) => backoff,
        };
        self.count();
        (Instant::now() + pause < self.deadline).then_some(pause)
    }

    fn count(&mut self) -> u32 {
        self.attempts += 1;
        self.attempts
    }
}

/// Faults of etcd, of webhooks that are starting and of the server's own timeouts, which pass.
fn is_passing(message: &str) -> bool {
    ["etcdserver:", "leader changed", "timed out", "timeout", "connection refused", "i/o timeout", "EOF"]
        .iter()
        .any(|sign| message.contains(sign))
}
