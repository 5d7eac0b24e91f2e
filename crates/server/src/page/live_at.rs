//! What was live at a moment.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use landfall_journal::Time;
use serde::Deserialize;

use super::{
    filter, html,
    summary::{Line, Row},
};
use crate::{app::App, problem::Problem, words};

#[derive(Template)]
#[template(path = "live_at.html")]
struct LiveAt {
    title: &'static str,
    environments: Vec<String>,
    environment: String,
    at: String,
    /// The moment as it was understood; empty before anything was asked.
    understood: String,
    deploy: Option<Line>,
    services: Vec<Row>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    environment: String,
    #[serde(default)]
    at: String,
}

pub(crate) async fn show(State(app): State<Arc<App>>, Query(asked): Query<Asked>) -> Result<Html<String>, Problem> {
    let mut page = LiveAt {
        title: "What was live",
        environments: app.board.read().environments(),
        environment: asked.environment.clone(),
        at: asked.at.clone(),
        understood: String::new(),
        deploy: None,
        services: Vec::new(),
    };
    if asked.environment.is_empty() || asked.at.is_empty() {
        return html(&page);
    }
    let at = filter::time(&asked.at)?;
    let place = filter::place(&app, &asked.environment)?;
    let live = app.journal.live_at(&place, at).await?;
    let now = Time::now();
    let repository = live.deploy.as_ref().and_then(|deploy| deploy.repository.clone());
    page.understood = words::time(at);
    page.deploy = live.deploy.as_ref().map(|deploy| Line::of_deploy(deploy, now));
    let own = (asked.environment.as_str(), place.namespace.as_str());
    page.services = live.services.iter().map(|service| Row::of(service, own, repository.as_deref(), now)).collect();
    html(&page)
}
