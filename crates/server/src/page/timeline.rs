//! What was deployed when, newest first.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use landfall_journal::{Outcome, Time};

use super::{filter, html, summary::Line};
use crate::{app::App, problem::Problem};

#[derive(Template)]
#[template(path = "timeline.html")]
struct Timeline {
    title: &'static str,
    query: filter::Query,
    environments: Vec<String>,
    outcomes: Vec<(&'static str, &'static str)>,
    lines: Vec<Line>,
    next: Option<String>,
}

const OUTCOMES: [Outcome; 10] = [
    Outcome::Running,
    Outcome::Live,
    Outcome::Applied,
    Outcome::Blocked,
    Outcome::Failed,
    Outcome::Hopeless,
    Outcome::NotLive,
    Outcome::Superseded,
    Outcome::Stopped,
    Outcome::Interrupted,
];

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(query): Query<filter::Query>,
) -> Result<Html<String>, Problem> {
    let mut wanted = query.filter()?;
    // Pages stay below 100 KB.
    wanted.limit = Some(wanted.limit.unwrap_or(25).min(50));
    let page = app.journal.deploys(&wanted).await?;
    let now = Time::now();
    html(&Timeline {
        title: "Timeline",
        environments: app.board.read().environments(),
        outcomes: OUTCOMES.iter().map(|outcome| (outcome.as_str(), outcome.in_words())).collect(),
        lines: page.deploys.iter().map(|summary| Line::of(summary, now)).collect(),
        next: page.next.map(|cursor| address(&filter::Query { cursor, ..query.clone() })),
        query,
    })
}

/// The address of a page of the timeline.
fn address(query: &filter::Query) -> String {
    let fields = [
        ("environment", &query.environment),
        ("service", &query.service),
        ("since", &query.since),
        ("until", &query.until),
        ("outcome", &query.outcome),
        ("cursor", &query.cursor),
    ];
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        form.append_pair(name, value);
    }
    format!("/timeline?{}", form.finish())
}
