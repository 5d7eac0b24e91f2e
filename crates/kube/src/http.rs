//! One request to the API server, with its retries.

use std::{
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
    time::Duration,
};

use ::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use kube::client::Body;
use landfall_deploy::target::TargetError;
use tokio::time::Instant;

use crate::{
    answers::Answers,
    client::Brief,
    retry::{Failure, Retry},
    status::{Status, title},
    throttle::Throttle,
};

/// The longest that one request may take before it is given up: the API server itself ends requests after 60 s.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(70);

/// The connection to one API server.
pub struct Api {
    pub(crate) client: kube::Client,
    pub(crate) throttle: Throttle,
    pub(crate) description: String,
    /// Its address, or the name that it has in the journal.
    pub(crate) address: String,
    pub(crate) reached: AtomicBool,
    /// By how many seconds the server's clock is ahead of ours.
    pub(crate) ahead: AtomicI64,
    pub(crate) answers: Answers,
}

/// A request.
pub struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
    pub(crate) content_type: &'static str,
    pub(crate) accept: &'static str,
    /// Whether it may share its connection with others.
    pub(crate) shares: bool,
}

/// An answer of success.
pub struct Answer {
    /// The body.
    pub body: Vec<u8>,
    /// What the server warns of, such as a deprecated version.
    pub warnings: Vec<String>,
    /// The media type, for requests that ask for one that older servers do not have.
    pub content_type: String,
}

/// Why a request failed after all its retries.
#[derive(Debug, Clone)]
pub enum CallError {
    /// The server refused it.
    Status(Status),
    /// The server could not be reached, or did not understand.
    Target(TargetError),
}

impl Call {
    /// A read.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, Vec::new())
    }

    /// A write with a JSON body.
    pub fn new(method: Method, path: impl Into<String>, body: Vec<u8>) -> Self {
        let json = "application/json";
        Self { method, path: path.into(), body, content_type: json, accept: json, shares: true }
    }

    /// Another media type of the body.
    pub fn content_type(mut self, content_type: &'static str) -> Self {
        self.content_type = content_type;
        self
    }

    /// Sends it over a connection that it shares with nobody: it gets through also where the shared one has gone silent.
    pub fn apart(mut self) -> Self {
        self.shares = false;
        self
    }

    /// Another media type of the answer.
    pub fn accept(mut self, accept: &'static str) -> Self {
        self.accept = accept;
        self
    }
}

impl Api {
    /// Sends a request, and again where that is safe: what the server refused for its load or could not take yet
    /// always; what may have been carried out only if doing it twice is the same as once. A creation that may have
    /// been carried out is sent again, too: its sender understands `AlreadyExists`.
    ///
    /// # Errors
    /// The server's refusal, or that it cannot be reached.
    pub async fn call(&self, call: Call) -> Result<Answer, CallError> {
        let mut retry = Retry::new(self.reached.load(Ordering::Relaxed));
        loop {
            let failure = match self.attempt(&call).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let Some(pause) = retry.pause(&failure) else { return Err(self.give_up(failure)) };
            // Not the server's words: they may quote what was sent.
            tracing::debug!(method = %call.method, path = call.path, ?pause, failure = failure.class(), "trying again");
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt(&self, call: &Call) -> Result<Answer, Failure> {
        let _permit = self.throttle.admit().await;
        let started = Instant::now();
        let mut request = Request::builder()
            .method(&call.method)
            .uri(&call.path)
            .header(header::ACCEPT, call.accept)
            .header(header::CONTENT_TYPE, call.content_type)
            .header(header::USER_AGENT, concat!("landfall/", env!("CARGO_PKG_VERSION")))
            .body(Body::from(call.body.clone()))
            .map_err(|error| Failure::Final(error.to_string()))?;
        if call.shares {
            request.extensions_mut().insert(Brief);
        }
        let exchange = async {
            let response = self.client.send(request).await.map_err(|error| Failure::of_transport(&error))?;
            let (head, body) = response.into_parts();
            Ok((head, read(body).await?))
        };
        let (head, body) = match tokio::time::timeout(REQUEST_TIMEOUT, exchange).await {
            Ok(result) => result?,
            Err(_) => return Err(Failure::Lost(format!("no answer within {} s", REQUEST_TIMEOUT.as_secs()))),
        };
        self.reached.store(true, Ordering::Relaxed);
        self.compare_clocks(&head.headers);
        tracing::trace!(method = %call.method, path = call.path, status = head.status.as_u16(), took = ?started.elapsed(), "request");
        if head.status.is_success() {
            let content_type = text(&head.headers, header::CONTENT_TYPE);
            if content_type.starts_with("text/html") {
                let page = String::from_utf8_lossy(&body).into_owned();
                let title = title(&page).map_or_else(String::new, |title| format!(" ({title})"));
                return Err(Failure::Final(format!("a web page{title} answers there, and no Kubernetes API server")));
            }
            self.throttle.accepted();
            return Ok(Answer {
                body,
                warnings: head
                    .headers
                    .get_all(header::WARNING)
                    .iter()
                    .filter_map(|value| warning(value.to_str().ok()?))
                    .collect(),
                content_type,
            });
        }
        if head.status == StatusCode::BAD_REQUEST && body.starts_with(b"Client sent an HTTP request to an HTTPS server")
        {
            return Err(Failure::Final("it speaks HTTPS, but the address begins with http://".to_owned()));
        }
        let retry_after = text(&head.headers, header::RETRY_AFTER).parse().ok().map(Duration::from_secs);
        if head.status == StatusCode::TOO_MANY_REQUESTS {
            self.throttle.rejected(retry_after.unwrap_or(Duration::from_secs(1)));
        }
        Err(Failure::Status { status: Status::read(head.status.as_u16(), &body), retry_after })
    }

    /// The present time by the server's clock.
    pub fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_secs(self.ahead.load(Ordering::Relaxed))
    }

    /// The server's times are compared with its own clock. A second more or less is only the header's precision.
    fn compare_clocks(&self, headers: &::http::HeaderMap) {
        if let Ok(date) = jiff::fmt::rfc2822::parse(&text(headers, header::DATE)) {
            let ahead = date.timestamp().as_second() - Timestamp::now().as_second();
            self.ahead.store(if ahead.abs() > 2 { ahead } else { 0 }, Ordering::Relaxed);
        }
    }

    fn give_up(&self, failure: Failure) -> CallError {
        let target = self.description.clone();
        match failure {
            Failure::Status { status, .. } if status.code == 401 => {
                CallError::Target(TargetError::Unauthorized { target, reason: status.message })
            }
            Failure::Status { status, .. } => CallError::Status(status),
            Failure::Final(reason) | Failure::Refused(reason) | Failure::Lost(reason) => {
                CallError::Target(TargetError::Unreachable { target, reason })
            }
        }
    }
}

impl CallError {
    /// The same for the write of an object, which the server may refuse for its content.
    pub fn of_write(self, doing: &str) -> TargetError {
        match self {
            Self::Status(status) if matches!(status.code, 400 | 404 | 413 | 422) => {
                TargetError::Refused(status.fault())
            }
            error => error.into_target_error(doing),
        }
    }

    /// The error as the engine knows it, where no meaning of its own is expected.
    pub fn into_target_error(self, doing: &str) -> TargetError {
        match self {
            Self::Target(error) => error,
            Self::Status(status) if status.code == 403 => {
                TargetError::Forbidden(format!("{doing} is not allowed: {}", status.message))
            }
            Self::Status(status) if status.code == 409 => {
                TargetError::Conflict(format!("{doing} came too late: {}", status.message))
            }
            Self::Status(status) => TargetError::Other(format!("{doing} failed: {}", status.message)),
        }
    }
}

/// The whole body. Collected in one place: pages of lists are large, and several are read at a time.
async fn read(mut body: Body) -> Result<Vec<u8>, Failure> {
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame.map_err(|error| Failure::of_transport(&error))?.data_ref() {
            whole.extend_from_slice(data);
        }
    }
    Ok(whole)
}

fn text(headers: &::http::HeaderMap, name: header::HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// The text of a `Warning: 299 - "text"` header, RFC 7234 section 5.5.
fn warning(header: &str) -> Option<String> {
    let (_, quoted) = header.split_once('"')?;
    Some(quoted.trim_end_matches('"').replace("\\\"", "\""))
}
