//! The same as JSON: shapes as `landfall history -o json` has them, described in docs/json.md.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use landfall_deploy::{follow::Standing, inspect::Inspected};
use landfall_journal::{LiveAt, Page, Record, Undelivered};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema, openapi::OpenApi};

use crate::{
    app::App,
    inspect::{self, Asked},
    openapi,
    page::filter,
    problem::Problem,
};

/// So many notifications are told.
const MOST: u32 = 1000;

/// An answer with its version, as all JSON of Landfall begins.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Versioned<T> {
    /// `landfall.dev/v1`.
    api_version: &'static str,
    /// What is answered.
    kind: &'static str,
    #[serde(flatten)]
    content: T,
}

fn versioned<T>(kind: &'static str, content: T) -> Json<Versioned<T>> {
    Json(Versioned { api_version: "landfall.dev/v1", kind, content })
}

/// How all environments stand now.
#[utoipa::path(
    get,
    path = "/api/v1/environments",
    responses(
        (status = 200, description = "How all environments stand now", body = inline(Versioned<Standing>))
    )
)]
pub(crate) async fn environments(State(app): State<Arc<App>>) -> Json<Versioned<Standing>> {
    versioned("Environments", app.board.read())
}

/// The timeline, with the filters of the page.
#[utoipa::path(
    get,
    path = "/api/v1/deploys",
    params(filter::Query),
    responses(
        (status = 200, description = "The deploys that fit, newest first", body = inline(Versioned<Page>)),
        (status = 400, description = "A filter is not understood", body = String, content_type = "text/plain")
    )
)]
pub(crate) async fn deploys(
    State(app): State<Arc<App>>,
    Query(query): Query<filter::Query>,
) -> Result<Json<Versioned<Page>>, Problem> {
    Ok(versioned("History", app.journal.deploys(&query.filter()?).await?))
}

/// One deploy.
#[utoipa::path(
    get,
    path = "/api/v1/deploys/{id}",
    params(("id" = String, Path, description = "The id of a deploy, or the first letters of it")),
    responses(
        (status = 200, description = "The deploy", body = inline(Versioned<Record>)),
        (status = 404, description = "There is none", body = String, content_type = "text/plain")
    )
)]
pub(crate) async fn deploy(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Versioned<Record>>, Problem> {
    Ok(versioned("Deploy", app.journal.deploy(&id).await?))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Notifications {
    /// Those that wait, have failed or were given up, newest first.
    notifications: Vec<Undelivered>,
    /// The sinks that are told nothing any more.
    stopped_sinks: Vec<StoppedSink>,
}

#[derive(Serialize, ToSchema)]
struct StoppedSink {
    /// Its name.
    sink: String,
    /// Why.
    reason: String,
}

/// The notifications that wait, have failed or were given up.
#[utoipa::path(
    get,
    path = "/api/v1/notifications",
    responses((status = 200, description = "What people were not told", body = inline(Versioned<Notifications>)))
)]
pub(crate) async fn notifications(State(app): State<Arc<App>>) -> Result<Json<Versioned<Notifications>>, Problem> {
    let notifications = app.journal.undelivered(MOST).await?;
    let stopped = app.journal.stopped_sinks().await?;
    let stopped_sinks = stopped.into_iter().map(|(sink, reason)| StoppedSink { sink, reason }).collect();
    Ok(versioned("Notifications", Notifications { notifications, stopped_sinks }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AtQuery {
    /// Its name.
    environment: String,
    /// The moment: `2026-11-25T14:32:05Z`, or `2026-11-25 14:32` in UTC.
    at: String,
}

/// What was live at a moment.
#[utoipa::path(
    get,
    path = "/api/v1/live-at",
    params(AtQuery),
    responses(
        (status = 200, description = "What was live", body = inline(Versioned<LiveAt>)),
        (status = 400, description = "The time is not understood", body = String, content_type = "text/plain"),
        (status = 404, description = "There is no such environment", body = String, content_type = "text/plain")
    )
)]
pub(crate) async fn live_at(
    State(app): State<Arc<App>>,
    Query(query): Query<AtQuery>,
) -> Result<Json<Versioned<LiveAt>>, Problem> {
    let place = filter::place(&app, &query.environment)?;
    Ok(versioned("LiveAt", app.journal.live_at(&place, filter::time(&query.at)?).await?))
}

/// One object: as the revision that is live has it, as it is on the target, and what differs.
#[utoipa::path(
    get,
    path = "/api/v1/object",
    params(Asked),
    responses(
        (status = 200, description = "The object; values of Secrets are hidden", body = inline(Versioned<Inspected>)),
        (status = 404, description = "The revision that is live does not have it", body = String, content_type = "text/plain"),
        (status = 504, description = "The target did not answer in time", body = String, content_type = "text/plain")
    )
)]
pub(crate) async fn object(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Json<Versioned<Inspected>>, Problem> {
    Ok(versioned("Object", inspect::inspect(&app, &asked).await?.inspected))
}

/// This document.
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value))
)]
pub(crate) async fn document() -> Json<OpenApi> {
    Json(openapi::document())
}
