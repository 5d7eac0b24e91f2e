//! Webhooks of forges. Each is only a hint to look now: whatever it says, the repository itself is asked.
//!
//! The signature is checked over the bytes as they came, before anything of them is read, and in constant time.

mod signature;

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
};

use crate::{app::App, problem::Problem};
use signature::Scheme;

/// The largest webhook that is read, in bytes. GitHub's own limit is 25 MB, but all that counts is the signature: what is
/// larger is answered without reading it, and polling finds the commit.
const LARGEST: usize = 5 * 1024 * 1024;

/// How long the body of a webhook may take to come.
const PATIENCE: Duration = Duration::from_secs(5);

/// Takes a webhook of a forge: `/webhooks/github`, `gitlab`, `gitea`, `forgejo`, `bitbucket` or `generic`.
pub(crate) async fn receive(
    State(app): State<Arc<App>>,
    Path(forge): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let scheme = Scheme::of(&forge).ok_or_else(|| {
        Problem::not_found(&format!(
            "forge '{}'; take github, gitlab, gitea, forgejo, bitbucket or generic",
            forge.escape_default()
        ))
    })?;
    let Some(secret) = &app.webhook_secret else {
        let why = "Webhooks are not taken, since no secret is set: start with --webhook-secret-file.\n";
        return Err(Problem(StatusCode::FORBIDDEN, why.to_owned()));
    };
    let body = read(&headers, body).await?;
    let now = jiff::Timestamp::now().as_second();
    if !scheme.is_signed(secret, &headers, &body, now) {
        // Why it is wrong, only an attacker would want to know; the forge's owner compares the secrets.
        let why = "The signature is missing or wrong: set the same secret on the forge and here.\n";
        return Err(Problem(StatusCode::UNAUTHORIZED, why.to_owned()));
    }
    app.hints.give();
    Ok(StatusCode::ACCEPTED)
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let too_large = || {
        let why = "A webhook of more than 5 MB is not read; new commits are found without it.\n";
        Problem(StatusCode::PAYLOAD_TOO_LARGE, why.to_owned())
    };
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > LARGEST) {
        return Err(too_large());
    }
    match tokio::time::timeout(PATIENCE, to_bytes(body, LARGEST)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(too_large()),
        Err(_) => {
            let why = format!("The body did not come within {} s.\n", PATIENCE.as_secs());
            Err(Problem(StatusCode::REQUEST_TIMEOUT, why))
        }
    }
}
