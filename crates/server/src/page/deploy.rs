//! One deploy with all that is known of it.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Html,
};
use landfall_journal::{ObjectState, Record, Time};

use super::{
    html,
    summary::{Line, Progress},
};
use crate::{app::App, links, problem::Problem, words};

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
    rollouts: Vec<Progress>,
    objects: Vec<Object>,
    more_objects: usize,
}

struct Object {
    name: String,
    /// Its page, as it is now.
    link: String,
    colour: &'static str,
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
    let own = (deploy.environment.as_str(), deploy.place.namespace.as_str());
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
                    words::object(&image.workload, own.1),
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
                let pods = (rollout.ready, rollout.total);
                Progress::of(&rollout.workload, own, rollout.state, &rollout.sentence, pods)
            })
            .collect(),
        more_objects: objects.len().saturating_sub(SHOWN),
        objects: objects
            .into_iter()
            .take(SHOWN)
            .map(|object| Object {
                name: words::object(&object.object, own.1),
                link: links::object(own.0, &object.object),
                colour: match object.state {
                    ObjectState::Done => "good",
                    ObjectState::Failed => "bad",
                    ObjectState::Planned => "calm",
                },
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
