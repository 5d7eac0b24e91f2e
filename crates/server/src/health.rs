//! Whether the program is well: for load balancers, kubelets and people.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use crate::app::App;

/// The process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The journal can be read.
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, String) {
    let filter = landfall_journal::Filter { limit: Some(1), ..Default::default() };
    match app.journal.deploys(&filter).await {
        Ok(_) => (StatusCode::OK, "ok\n".to_owned()),
        // No more than this: whoever asks need not be allowed to see addresses.
        Err(error) => {
            tracing::warn!(%error, "the journal cannot be read");
            (StatusCode::SERVICE_UNAVAILABLE, "the journal cannot be read\n".to_owned())
        }
    }
}
