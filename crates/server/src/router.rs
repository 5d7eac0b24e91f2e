//! Which address is answered by what, and what all answers have in common.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use crate::{api, app::App, events, headers, health, metrics, page, problem::Problem, webhook};

/// What answers requests, each with the address of its client.
pub fn router(app: Arc<App>) -> Router {
    let open = Router::new().route("/healthz", get(health::healthz)).route("/readyz", get(health::readyz));
    let hooks = Router::new().route("/webhooks/{forge}", post(webhook::receive));
    let pages = Router::new()
        .route("/", get(page::home::show))
        .route("/timeline", get(page::timeline::show))
        .route("/deploys/{id}", get(page::deploy::show))
        .route("/live-at", get(page::live_at::show))
        .route("/object", get(page::object::show))
        .route("/notifications", get(page::notifications::show))
        .route("/events", get(events::events))
        .route("/metrics", get(metrics::metrics))
        .route("/api/v1/environments", get(api::environments))
        .route("/api/v1/deploys", get(api::deploys))
        .route("/api/v1/deploys/{id}", get(api::deploy))
        .route("/api/v1/live-at", get(api::live_at))
        .route("/api/v1/object", get(api::object))
        .route("/api/v1/notifications", get(api::notifications))
        .route("/api/v1/openapi.json", get(api::document))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), only_admitted));
    let assets = Router::new()
        .route("/assets/style.css", get(|| async { asset("text/css", include_str!("../assets/style.css")) }))
        .route("/assets/icon.svg", get(|| async { asset("image/svg+xml", include_str!("../assets/icon.svg")) }))
        .route("/assets/live.js", get(|| async { asset("text/javascript", include_str!("../assets/live.js")) }));
    open.merge(hooks)
        .merge(pages)
        .merge(assets)
        .fallback(|| async { Problem::not_found("page at this address") })
        .layer(middleware::from_fn(common))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), metrics::count))
        .with_state(app)
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, format!("{kind}; charset=utf-8"))], text).into_response()
}

/// Headers of all answers; and only reading, but for webhooks.
async fn common(request: Request, next: Next) -> Response {
    let is_hook = request.uri().path().starts_with("/webhooks/");
    let accepts = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let is_browser = accepts.is_some_and(|accept| accept.contains("text/html"));
    let mut response = match (request.method(), is_hook) {
        (&Method::GET | &Method::HEAD, _) | (&Method::POST, true) => next.run(request).await,
        _ => Problem(StatusCode::METHOD_NOT_ALLOWED, "Nothing can be changed here: to deploy, commit.\n".to_owned())
            .into_response(),
    };
    if let Some(problem) = response.extensions().get::<Problem>().filter(|_| is_browser).cloned() {
        let challenge = response.headers_mut().remove(header::WWW_AUTHENTICATE);
        response = page::problem::show(problem);
        challenge.map(|challenge| response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge));
    }
    for (name, value) in headers::ALL {
        response.headers_mut().insert(name, value);
    }
    response
}

async fn only_admitted(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    if !app.access.knows_host(request.headers()) {
        let why = "This page is answered by the names of this machine only: localhost, 127.0.0.1 or [::1].\n";
        return Problem(StatusCode::MISDIRECTED_REQUEST, why.to_owned()).into_response();
    }
    if !app.access.admits(peer.ip(), request.headers()) {
        let why = "You are not known here: send `Authorization: Bearer TOKEN`, or come through the proxy.\n";
        let mut response = Problem(StatusCode::UNAUTHORIZED, why.to_owned()).into_response();
        let challenge = axum::http::HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        return response;
    }
    next.run(request).await
}
