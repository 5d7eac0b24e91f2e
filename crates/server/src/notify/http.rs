//! One request to a sink, and what its answer means.

use std::{error::Error as _, time::Duration};

use reqwest::{Client, Method, RequestBuilder, StatusCode, header, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{Fault, certificate::explained, pace, truncate::truncate};

/// A sink that takes longer than this has not taken it.
const PATIENCE: Duration = Duration::from_secs(10);

/// So much of an answer is read.
const LARGEST: usize = 64 * 1024;

/// Sends requests to sinks.
#[derive(Clone)]
pub struct Http(Client);

/// What a sink said.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub body: String,
    after: Option<Duration>,
}

impl Http {
    /// Prepares to send.
    ///
    /// # Errors
    /// This machine's certificates cannot be used.
    pub fn new() -> Result<Self, String> {
        Self::with_patience(PATIENCE)
    }

    pub(super) fn with_patience(patience: Duration) -> Result<Self, String> {
        // Whoever was first has chosen the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().timeout(patience).redirect(Policy::none());
        let client = client.user_agent(concat!("landfall/", env!("CARGO_PKG_VERSION"))).build();
        client.map(Self).map_err(|error| words(&error))
    }

    pub(super) fn request(&self, method: Method, url: &str) -> Result<RequestBuilder, Fault> {
        // The error would quote the address, which may be a secret.
        let url = reqwest::Url::parse(url).map_err(|_| Fault::permanent("Its address is no URL"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Fault::permanent("Its address begins neither with https:// nor with http://"));
        }
        Ok(self.0.request(method, url))
    }

    /// Posts JSON to an address that is secret.
    pub(super) async fn post(&self, url: &SecretString, body: &Value) -> Result<Answer, Fault> {
        send(json(self.request(Method::POST, url.expose_secret())?, body)).await?.checked()
    }
}

/// Gives a request a body of JSON.
pub(super) fn json(request: RequestBuilder, body: &Value) -> RequestBuilder {
    request.header(header::CONTENT_TYPE, "application/json").body(body.to_string())
}

/// Sends a request, and reads the beginning of the answer.
pub(super) async fn send(request: RequestBuilder) -> Result<Answer, Fault> {
    let mut response = request.send().await.map_err(|error| Fault::passing(words(&error)))?;
    let status = response.status();
    let after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let after = after.and_then(|value| pace::retry_after(value, jiff::Timestamp::now()));
    let mut body = Vec::new();
    // A connection that breaks here has answered all the same.
    while let Ok(Some(part)) = response.chunk().await {
        body.extend_from_slice(&part);
        if body.len() > LARGEST {
            break;
        }
    }
    body.truncate(LARGEST);
    Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned(), after })
}

impl Answer {
    /// The same if it was taken.
    pub fn checked(self) -> Result<Self, Fault> {
        if self.status.is_success() { Ok(self) } else { Err(self.fault()) }
    }

    /// What an answer that is none of success means.
    pub fn fault(&self) -> Fault {
        let why = self.words();
        match self.status.as_u16() {
            410 => Fault::Gone { why },
            408 | 425 | 429 | 500.. => Fault::Passing { why, after: self.after },
            _ => Fault::Permanent { why },
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// `It answered 404 Not Found: no_service`
    pub fn words(&self) -> String {
        let said = self.body.split_whitespace().collect::<Vec<_>>().join(" ");
        let reason = self.status.canonical_reason().map_or_else(String::new, |reason| format!(" {reason}"));
        let said = if said.is_empty() { String::new() } else { format!(": {}", truncate(&said, 200)) };
        format!("It answered {}{reason}{said}", self.status.as_u16())
    }

    pub fn after(&self) -> Option<Duration> {
        self.after
    }
}

/// An error with its causes, without the address.
fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "It has not answered in time".to_owned();
    }
    let mut cause = error.source();
    let mut last = "The request could not be sent".to_owned();
    while let Some(deeper) = cause {
        last = deeper.to_string();
        cause = deeper.source();
    }
    explained(format!("It cannot be reached: {last}"))
}
