//! Webhooks of forges. Each is only a hint to look now: whatever it says, the repository itself is asked.
//!
//! The signature is checked over the bytes as they came, before anything of them is read, and in constant time.

mod signature;

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};

use crate::{app::App, problem::Problem};
use signature::Scheme;

/// Takes a webhook of a forge: `/webhooks/github`, `gitlab`, `gitea`, `forgejo`, `bitbucket` or `generic`.
pub(crate) async fn receive(
    State(app): State<Arc<App>>,
    Path(forge): Path<String>,
    headers: HeaderMap,
    body: Bytes,
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
    let now = jiff::Timestamp::now().as_second();
    if !scheme.is_signed(secret, &headers, &body, now) {
        // Why it is wrong, only an attacker would want to know; the forge's owner compares the secrets.
        let why = "The signature is missing or wrong: set the same secret on the forge and here.\n";
        return Err(Problem(StatusCode::UNAUTHORIZED, why.to_owned()));
    }
    app.hints.give();
    Ok(StatusCode::ACCEPTED)
}
