//! What is answered where there is no answer.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

/// Why a request is not answered: a status and a sentence for people.
#[derive(Debug, Clone)]
pub(crate) struct Problem(pub StatusCode, pub String);

impl Problem {
    pub fn not_found(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("There is no {what}.\n"))
    }

    pub fn bad_request(why: impl std::fmt::Display) -> Self {
        Self(StatusCode::BAD_REQUEST, format!("{why}.\n"))
    }
}

impl IntoResponse for Problem {
    /// Plain text; the problem goes along, so that a browser can be shown a page.
    fn into_response(self) -> Response {
        let text = self.1.clone();
        let mut response = (self.0, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<landfall_journal::Error> for Problem {
    fn from(error: landfall_journal::Error) -> Self {
        match error {
            landfall_journal::Error::Cursor { .. } => Self::bad_request(error),
            landfall_journal::Error::UnknownDeploy { .. } => Self(StatusCode::NOT_FOUND, format!("{error}.\n")),
            error => {
                tracing::warn!(%error, "the journal cannot be read");
                Self(StatusCode::SERVICE_UNAVAILABLE, format!("The journal cannot be read: {error}.\n"))
            }
        }
    }
}

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page cannot be rendered");
        Self(StatusCode::INTERNAL_SERVER_ERROR, "This page cannot be shown, which is a fault of Landfall.\n".to_owned())
    }
}
