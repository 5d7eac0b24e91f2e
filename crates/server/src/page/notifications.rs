//! The notifications that wait, have failed or were given up.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Html};
use landfall_journal::{DeliveryState, Time, Undelivered};

use super::{
    html,
    summary::{Moment, moment},
};
use crate::{app::App, problem::Problem, words};

/// So many are shown.
const MOST: u32 = 200;

#[derive(Template)]
#[template(path = "notifications.html")]
struct Notifications {
    title: &'static str,
    stopped: Vec<(String, String)>,
    rows: Vec<Row>,
}

struct Row {
    id: String,
    sink: String,
    what: String,
    deploy: String,
    happened: Option<Moment>,
    how: String,
    colour: &'static str,
    why: String,
}

pub(crate) async fn show(State(app): State<Arc<App>>) -> Result<Html<String>, Problem> {
    let now = Time::now();
    let found = app.journal.undelivered(MOST).await?;
    let rows = found.into_iter().map(|one| row(one, now)).collect();
    html(&Notifications { title: "Notifications", stopped: app.journal.stopped_sinks().await?, rows })
}

fn row(one: Undelivered, now: Time) -> Row {
    let (how, colour) = match (one.state, one.next_try) {
        (DeliveryState::Waiting, _) if one.tries == 0 => ("waits".to_owned(), "busy"),
        (DeliveryState::Waiting, Some(next)) => {
            (format!("failed, tried {} times; next try {}", one.tries, words::time(next)), "busy")
        }
        (DeliveryState::Dead, _) => (format!("given up, tried {} times", one.tries), "bad"),
        (state, _) => (state.to_string(), "calm"),
    };
    Row {
        what: format!("{} in {}", one.event, one.environment),
        id: one.id,
        sink: one.sink,
        deploy: one.deploy.map(|deploy| deploy.to_string()).unwrap_or_default(),
        happened: Some(moment(one.at, now)),
        how,
        colour,
        why: one.error.unwrap_or_default(),
    }
}
