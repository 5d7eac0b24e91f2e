//! The same as JSON: shapes as `landfall history -o json` has them, described in docs/json.md.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use landfall_deploy::{follow::Standing, inspect::Inspected};
use landfall_journal::{LiveAt, Page, Record, Undelivered};
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    inspect::{self, Asked},
    page::filter,
    problem::Problem,
};

/// So many notifications are told.
const MOST: u32 = 1000;

/// An answer with its version, as all JSON of Landfall begins.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Versioned<T> {
    api_version: &'static str,
    kind: &'static str,
    #[serde(flatten)]
    content: T,
}

fn versioned<T>(kind: &'static str, content: T) -> Json<Versioned<T>> {
    Json(Versioned { api_version: "landfall.dev/v1", kind, content })
}

/// How all environments stand now.
pub(crate) async fn environments(State(app): State<Arc<App>>) -> Json<Versioned<Standing>> {
    versioned("Environments", app.board.read())
}

/// The timeline, with the filters of the page.
pub(crate) async fn deploys(
    State(app): State<Arc<App>>,
    Query(query): Query<filter::Query>,
) -> Result<Json<Versioned<Page>>, Problem> {
    Ok(versioned("History", app.journal.deploys(&query.filter()?).await?))
}

/// One deploy.
pub(crate) async fn deploy(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Versioned<Record>>, Problem> {
    Ok(versioned("Deploy", app.journal.deploy(&id).await?))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Notifications {
    notifications: Vec<Undelivered>,
    stopped_sinks: Vec<StoppedSink>,
}

#[derive(Serialize)]
struct StoppedSink {
    sink: String,
    reason: String,
}

/// The notifications that wait, have failed or were given up.
pub(crate) async fn notifications(State(app): State<Arc<App>>) -> Result<Json<Versioned<Notifications>>, Problem> {
    let notifications = app.journal.undelivered(MOST).await?;
    let stopped = app.journal.stopped_sinks().await?;
    let stopped_sinks = stopped.into_iter().map(|(sink, reason)| StoppedSink { sink, reason }).collect();
    Ok(versioned("Notifications", Notifications { notifications, stopped_sinks }))
}

#[derive(Deserialize)]
pub(crate) struct AtQuery {
    environment: String,
    at: String,
}

/// What was live at a moment.
pub(crate) async fn live_at(
    State(app): State<Arc<App>>,
    Query(query): Query<AtQuery>,
) -> Result<Json<Versioned<LiveAt>>, Problem> {
    let place = filter::place(&app, &query.environment)?;
    Ok(versioned("LiveAt", app.journal.live_at(&place, filter::time(&query.at)?).await?))
}

/// One object: as the revision that is live has it, as it is on the target, and what differs.
pub(crate) async fn object(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Json<Versioned<Inspected>>, Problem> {
    Ok(versioned("Object", inspect::inspect(&app, &asked).await?.inspected))
}
