//! One deploy with all that is known of it.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Html,
};
use landfall_journal::{Record, Time};

use super::{html, summary::Line};
use crate::{app::App, problem::Problem, words};

#[derive(Template)]
#[template(path = "deploy.html")]
struct Page {
    title: String,
    line: Line,
    target: String,
    asked_by: String,
    cause: &'static str,
    resumes: i64,
    is_older: bool,
    times: Vec<(&'static str, String, String)>,
    images: Vec<(String, String, String, String, String)>,
    rollouts: Vec<(String, String, String)>,
    objects: Vec<Object>,
    more_objects: usize,
}

struct Object {
    name: String,
    action: &'static str,
    state: &'static str,
    fields: String,
    place: String,
    error: String,
}

/// A page stays below 100 KB.
const SHOWN: usize = 200;

pub(crate) async fn show(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    html(&page(app.journal.deploy(&id).await?))
}

fn page(record: Record) -> Page {
    let Record { deploy, objects, images, rollouts } = record;
    let time =
        |name: &'static str, time: Option<Time>| time.map(|time| (name, words::machine_time(time), words::time(time)));
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| "nothing".to_owned());
    let line = Line::of_deploy(&deploy, Time::now());
    let title = match &line.revision {
        Some(revision) => format!("{} to {}", revision.short, deploy.environment),
        None => format!("Files to {}", deploy.environment),
    };
    Page {
        title,
        target: deploy.target.clone(),
        asked_by: deploy.asked_by.clone().unwrap_or_default(),
        cause: deploy.cause.as_str(),
        resumes: deploy.resumes,
        is_older: deploy.is_older,
        times: [
            time("committed", deploy.committed),
            time("seen by Landfall", deploy.detected.into()),
            time("first write", deploy.first_write),
            time("all written", deploy.applied),
            time("live", deploy.live),
            time("ended", deploy.ended),
        ]
        .into_iter()
        .flatten()
        .collect(),
        images: images
            .into_iter()
            .map(|image| {
                let digest = image.digest.unwrap_or_default();
                (
                    image.workload.to_string(),
                    image.container,
                    or_nothing(image.before),
                    or_nothing(image.after),
                    digest.chars().take(19).collect(),
                )
            })
            .collect(),
        rollouts: rollouts
            .into_iter()
            .map(|rollout| {
                let count = match (rollout.ready, rollout.total) {
                    (Some(ready), Some(total)) => format!("{ready} of {total}"),
                    _ => String::new(),
                };
                (rollout.workload.to_string(), count, rollout.sentence)
            })
            .collect(),
        more_objects: objects.len().saturating_sub(SHOWN),
        objects: objects
            .into_iter()
            .take(SHOWN)
            .map(|object| Object {
                name: object.object.to_string(),
                action: object.action.as_str(),
                state: object.state.as_str(),
                fields: object.fields,
                place: object.place.unwrap_or_default(),
                error: object.error.unwrap_or_default(),
            })
            .collect(),
        line,
    }
}
