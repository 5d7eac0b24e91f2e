//! What must hold in the end.

use std::collections::{BTreeMap, BTreeSet};

use landfall_bench_forge::Repository;

use super::{
    ENVIRONMENTS,
    pushes::{Pushes, Wanted},
    record::{Deploy, Record},
};
use crate::{conformance::place::Place, serve::receiver::Receiver};

/// None is left as if it were still being deployed, and the last one of each environment is live.
pub fn every_deploy_has_ended(record: &Record, last: &str) {
    let deploys = record.deploys();
    let running: Vec<&Deploy> = deploys.iter().filter(|deploy| deploy.outcome == "running").collect();
    assert!(running.is_empty(), "these have not ended: {running:#?}");
    for (environment, ..) in ENVIRONMENTS {
        let newest = deploys.iter().rev().find(|deploy| deploy.environment == environment).unwrap();
        assert_eq!((newest.revision.as_str(), newest.outcome.as_str()), (last, "live"), "{newest:?}");
    }
}

/// What the journal has is what the program was told: nothing is missing, nothing is in another order, and at most one
/// event was told again for each kill.
pub fn every_event_was_told(record: &Record, receiver: &Receiver, kills: usize) {
    let events = record.events();
    let told: Vec<String> = receiver.events().into_iter().map(|(id, _)| id).collect();
    let mut first = Vec::new();
    for id in &told {
        if !first.contains(id) {
            first.push(id.clone());
        }
    }
    for (environment, ..) in ENVIRONMENTS {
        let expected: Vec<&str> =
            events.iter().filter(|event| event.environment == environment).map(|event| event.id.as_str()).collect();
        let got: Vec<&str> = first.iter().map(String::as_str).filter(|id| expected.contains(id)).collect();
        assert_eq!(got, expected, "{environment}: what was told is not what happened, or in another order");
    }
    assert_eq!(first.len(), events.len(), "the program was told of what the journal does not have");
    let again = told.len() - first.len();
    assert!(again <= kills, "{again} events were told again after {kills} kills");

    let mut same = BTreeSet::new();
    for event in &events {
        // A service that goes and comes back is live twice.
        let is_new = same.insert((&event.deploy, &event.kind, &event.sameness));
        assert!(is_new || event.kind == "serviceLive", "told twice as two events: {event:?}");
    }
    let deploys = record.deploys();
    for deploy in &deploys {
        let of_deploy = events.iter().filter(|event| event.deploy == deploy.id && event.kind != "serviceLive");
        let kinds: Vec<&str> = of_deploy.map(|event| event.kind.as_str()).collect();
        let ending = match deploy.outcome.as_str() {
            "live" => &["live", "recovered"][..],
            "failed" | "hopeless" | "notLive" => &["failed"],
            "blocked" => &["refused"],
            other => &[other],
        };
        // What was live before, and what nobody had to write, is no news.
        let is_no_news = deploy.outcome == "live" && !deploy.wrote && kinds.is_empty();
        assert!(
            is_no_news || kinds.last().is_some_and(|last| ending.contains(last)),
            "{deploy:?} was told as {kinds:?}"
        );
        assert!(!deploy.wrote || kinds.first() == Some(&"began") || deploy.outcome != "live", "{deploy:?}: {kinds:?}");
    }
    no_good_news_twice(&events, &deploys);
}

/// After a restart what was live before is not told again as if it were new.
fn no_good_news_twice(events: &[super::record::Event], deploys: &[Deploy]) {
    let revisions: BTreeMap<&str, &str> =
        deploys.iter().map(|deploy| (deploy.id.as_str(), deploy.revision.as_str())).collect();
    let mut before: Option<(&str, &str)> = None;
    for event in events.iter().filter(|event| event.kind != "serviceLive" && event.kind != "began") {
        let now = (event.environment.as_str(), revisions[event.deploy.as_str()]);
        let is_good = matches!(event.kind.as_str(), "live" | "recovered");
        assert!(!is_good || before != Some(now), "told again as live: {event:?}");
        before = is_good.then_some(now);
    }
}

/// The forge shows no commit as if it were still being deployed, and what it shows is how its deploy ended.
pub fn no_status_is_pending(record: &Record, repository: &Repository<'_>, commits: &[String]) {
    let deploys = record.deploys();
    let mut final_ones = 0;
    for commit in commits {
        let statuses = repository.statuses(commit);
        for (environment, ..) in ENVIRONMENTS {
            let context = format!("landfall/{environment}");
            let newest = statuses.iter().find(|status| status["context"] == context.as_str());
            let shown = newest.and_then(|status| status["status"].as_str());
            let of_commit = |deploy: &&Deploy| deploy.revision == *commit && deploy.environment == environment;
            let ended = deploys.iter().rev().find(of_commit);
            let expected = ended.map(|deploy| match deploy.outcome.as_str() {
                "live" => "success",
                "failed" | "hopeless" | "notLive" | "blocked" => "failure",
                _ => "error",
            });
            assert_eq!(shown, expected, "{environment}, {commit}: {ended:?}");
            final_ones += usize::from(shown.is_some());
        }
    }
    println!("{final_ones} commit statuses are final");
}

/// The objects on the target are those of the repository.
pub fn the_last_good_commit_is_live(place: &Place, pushes: &Pushes<'_>) {
    for ((environment, _, selector), wanted) in ENVIRONMENTS.iter().zip(pushes.wanted()) {
        let plan = place.landfall(&["plan", environment, "--exit-code"]);
        assert_eq!(plan.status, 0, "{environment}: {}", plan.snapshot());
        let status = place.landfall(&["status", environment, "-o", "json"]).success();
        let status: serde_json::Value = serde_json::from_str(&status.stdout).unwrap();
        assert!(status.to_string().contains(pushes.last_good()), "{environment}: {status:#}");
        if let Some(levels) = place.levels(selector) {
            assert_eq!(levels, wanted.levels, "{environment}");
        }
    }
    let versions = pushes.wanted().iter().filter_map(|wanted: &Wanted| wanted.version);
    let containers: Vec<String> = versions.map(|version| format!("web landfall-bench/web:{version}")).collect();
    place.assert_runs(&containers.iter().map(String::as_str).collect::<Vec<_>>());
}

/// So many commits a process grows by what it uses for the first time.
const WARM: usize = 20;

/// What a process needs at most that has lived for a few commits, in kB.
const YOUNG: usize = 64 * 1024;

/// A process that goes on living needs no more and more memory: `memory` is what it had after each commit, in kB. The middle
/// value of a third tells it apart from what is going on at a moment.
pub fn memory_is_flat(memory: &[usize]) {
    let highest = memory.iter().max().unwrap();
    assert!(*highest <= YOUNG, "it has {highest} kB: {memory:?}");
    let memory = memory.get(WARM..).unwrap_or_default();
    let third = memory.len() / 3;
    if third < 3 {
        return;
    }
    let middle = |part: &[usize]| {
        let mut part = part.to_vec();
        part.sort_unstable();
        part[part.len() / 2]
    };
    // Of the first commits some come before everything has been used once.
    let (early, late) = (middle(&memory[third..2 * third]), middle(&memory[2 * third..]));
    assert!(late <= early + early / 10 + 1024, "it grew from {early} to {late} kB: {memory:?}");
}
