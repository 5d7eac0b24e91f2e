//! What is live where, since when; what is on its way; what failed and why.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Html};
use landfall_deploy::follow::{Environment, Phase};
use landfall_journal::{DeliveryState, Service, Time};

use super::{
    html,
    summary::{Moment, Revision, Row, moment},
};
use crate::{app::App, problem::Problem, words};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    title: &'static str,
    repositories: Vec<Repository>,
    /// How many notifications were given up.
    untold: i64,
}

struct Repository {
    address: String,
    faults: Vec<String>,
    leader: Option<String>,
    environments: Vec<Card>,
}

/// One environment.
struct Card {
    name: String,
    branch: String,
    target: String,
    /// `live`, `failed`, ...
    state: &'static str,
    colour: &'static str,
    since: Option<Moment>,
    revision: Option<Revision>,
    subject: String,
    author: String,
    reason: String,
    again: String,
    rollouts: Vec<Progress>,
    services: Vec<Row>,
}

/// A workload on its way.
struct Progress {
    name: String,
    sentence: String,
    ready: i64,
    total: i64,
}

pub(crate) async fn show(State(app): State<Arc<App>>) -> Result<Html<String>, Problem> {
    let now = Time::now();
    let mut repositories = Vec::new();
    for (address, repository) in app.board.read().repositories {
        let mut environments = Vec::new();
        for (name, environment) in &repository.environments {
            let services = match &environment.place {
                Some(place) => app.journal.services(place, None).await?,
                None => Vec::new(),
            };
            environments.push(card(&address, name, environment, &services, now));
        }
        repositories.push(Repository { address, faults: repository.faults, leader: repository.leader, environments });
    }
    let counts = app.journal.delivery_counts().await?;
    let dead = counts.iter().filter(|(_, state, _)| *state == DeliveryState::Dead);
    html(&Home { title: "What is live", repositories, untold: dead.map(|(_, _, count)| count).sum() })
}

fn card(address: &str, name: &str, environment: &Environment, services: &[Service], now: Time) -> Card {
    let (state, colour) = match &environment.phase {
        Phase::Unknown => ("not looked at yet", "calm"),
        Phase::NoBranch => ("the branch does not exist", "bad"),
        Phase::Writing => ("is being deployed", "busy"),
        Phase::Rolling => ("is on its way to live", "busy"),
        Phase::Done => ("live", "good"),
        Phase::Failed { .. } => ("failed", "bad"),
    };
    let (reason, again) = match &environment.phase {
        Phase::Failed { reason, again: Some(again) } => {
            (reason.clone(), format!("Tried again at {}.", words::time(*again)))
        }
        Phase::Failed { reason, again: None } => {
            (reason.clone(), "Nothing is tried before the next commit.".to_owned())
        }
        _ => (String::new(), String::new()),
    };
    let is_on_its_way = matches!(environment.phase, Phase::Writing | Phase::Rolling);
    let rollouts = environment.rollouts.iter().filter(|rollout| is_on_its_way || rollout.state.is_waiting());
    Card {
        name: name.to_owned(),
        branch: environment.branch.clone(),
        target: environment.target.clone().unwrap_or_default(),
        state,
        colour,
        since: environment.since.map(|since| moment(since, now)),
        revision: environment.commit.as_ref().map(|commit| Revision::new(Some(address), &commit.id)),
        subject: environment.commit.as_ref().map(|commit| commit.subject.clone()).unwrap_or_default(),
        author: environment.commit.as_ref().map(|commit| commit.author.clone()).unwrap_or_default(),
        reason,
        again,
        rollouts: rollouts
            .map(|rollout| Progress {
                name: rollout.id.to_string(),
                sentence: rollout.sentence.clone(),
                ready: rollout.progress.map_or(0, |progress| progress.ready),
                total: rollout.progress.map_or(0, |progress| progress.total),
            })
            .collect(),
        services: services.iter().map(|service| Row::of(service, Some(address), now)).collect(),
    }
}
