//! What is live where, since when; what is on its way; what failed and why.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Html};
use landfall_deploy::{
    follow::{Environment, Phase},
    target::Drifted,
};
use landfall_journal::{DeliveryState, Service, Time};

use super::{
    html,
    summary::{Moment, Progress, Revision, Row, Sentence, moment},
};
use crate::{app::App, links, problem::Problem, words};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    title: String,
    /// How many environments are how: `2 live`.
    counts: Vec<(&'static str, String)>,
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
    reason: Vec<Sentence>,
    again: String,
    /// Why nothing is deployed to it; empty where it is not paused.
    paused: String,
    /// The revision that somebody has deployed by hand; empty where nobody has.
    other: String,
    drifted: Vec<Changed>,
    /// So many more objects have drifted.
    more_drifted: usize,
    fights: Vec<String>,
    rollouts: Vec<Progress>,
    services: Vec<Row>,
}

/// An object that somebody else has changed.
struct Changed {
    name: String,
    link: String,
    what: String,
}

/// So many objects that have drifted are shown.
const SHOWN: usize = 20;

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
    let counts = counts(&repositories);
    // What matters is told by the tab of a browser, too.
    let title = match counts.first() {
        Some((colour, count)) if *colour != "good" => format!("{count} - what is live"),
        _ => "What is live".to_owned(),
    };
    let deliveries = app.journal.delivery_counts().await?;
    let dead = deliveries.iter().filter(|(_, state, _)| *state == DeliveryState::Dead);
    let untold = dead.map(|(_, _, count)| count).sum();
    html(&Home { title, counts, repositories, untold })
}

/// What an environment is called that nothing is deployed to.
const PAUSED: &str = "paused";

fn changed(environment: &str, drifted: &Drifted) -> Changed {
    Changed {
        name: drifted.object.to_string(),
        link: links::object(environment, &drifted.object),
        what: drifted.drift.join("; "),
    }
}

/// What is worst comes first.
fn counts(repositories: &[Repository]) -> Vec<(&'static str, String)> {
    let cards = || repositories.iter().flat_map(|repository| &repository.environments);
    let count = |colour: &str, words: &str| {
        cards().filter(|card| card.colour == colour && (card.state == PAUSED) == (words == PAUSED)).count()
    };
    let words = [
        ("bad", "failed"),
        ("busy", PAUSED),
        ("busy", "on the way to live"),
        ("calm", "not looked at yet"),
        ("good", "live"),
    ];
    let told = words.into_iter().map(|(colour, words)| (colour, count(colour, words), words));
    told.filter(|(_, count, _)| *count > 0).map(|(colour, count, words)| (colour, format!("{count} {words}"))).collect()
}

fn card(address: &str, name: &str, environment: &Environment, services: &[Service], now: Time) -> Card {
    let (state, colour) = match &environment.phase {
        Phase::Unknown | Phase::Done if environment.paused.is_some() => (PAUSED, "busy"),
        Phase::Unknown => ("not looked at yet", "calm"),
        Phase::NoBranch => ("the branch does not exist", "bad"),
        Phase::Writing => ("is being deployed", "busy"),
        Phase::Rolling => ("is on its way to live", "busy"),
        Phase::Done => ("live", "good"),
        Phase::Failed { .. } => ("failed", "bad"),
    };
    let (reason, again) = match &environment.phase {
        Phase::Failed { reason, again: Some(again) } => {
            (words::reason(reason), format!("Tried again at {}.", words::time(*again)))
        }
        Phase::Failed { reason, again: None } => {
            (words::reason(reason), "Nothing is tried before the next commit.".to_owned())
        }
        _ => (Vec::new(), String::new()),
    };
    let is_on_its_way = matches!(environment.phase, Phase::Writing | Phase::Rolling);
    // The reason of a failure says the same.
    let rollouts = environment.rollouts.iter().filter(|_| is_on_its_way);
    let own = (name, environment.place.as_ref().map_or("", |place| place.namespace.as_str()));
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
        other: environment.other.clone().unwrap_or_default(),
        drifted: environment.drifted.iter().take(SHOWN).map(|drifted| changed(name, drifted)).collect(),
        more_drifted: environment.drifted.len().saturating_sub(SHOWN),
        fights: environment.fights.clone(),
        paused: environment.paused.as_ref().map(|pause| pause.in_words(words::time)).unwrap_or_default(),
        rollouts: rollouts
            .map(|rollout| {
                let pods = rollout.progress.map(|progress| (progress.ready, progress.total)).unzip();
                Progress::of(&rollout.id, own, rollout.state, &rollout.sentence, pods)
            })
            .collect(),
        services: services.iter().map(|service| Row::of(service, own, Some(address), now)).collect(),
    }
}
