//! `landfall serve` is killed over and over while commits come in, good ones and broken ones, and in the end nothing is lost:
//! every deploy has ended, what is live is the last good commit, the forge and a program were told of everything, in order.
//!
//! `LANDFALL_KILLS_COMMITS` says how many commits come, `LANDFALL_SEED` which kills and faults.

mod checks;
mod lives;
mod pushes;
pub mod record;

use std::time::{Duration, Instant};

use landfall_bench_forge::Forge;
use lives::Lives;
use pushes::Pushes;
use record::Record;

use crate::{
    conformance::place::Place,
    interchange::random::{Random, seed},
    serve::receiver::Receiver,
};

/// How many commits come where nothing says otherwise.
const COMMITS: usize = 40;

/// Longer than anything that is waited for at the end: a lock whose holder was killed is free after 15 seconds.
const LIMIT: Duration = Duration::from_secs(120);

/// The environments: their names, folders and selectors.
pub const ENVIRONMENTS: [(&str, &str, &str); 2] =
    [("production", "base", "deploy=$NS"), ("staging", "stage", "deploy=$NS-stage")];

#[test]
fn nothing_is_lost_on_a_cluster() {
    nothing_is_lost(&Place::simulated(), "a cluster");
}

#[test]
fn nothing_is_lost_on_one_host() {
    if let Some(place) = Place::engine() {
        nothing_is_lost(&place, "one host");
    }
}

fn nothing_is_lost(place: &Place, on: &str) {
    let commits = std::env::var("LANDFALL_KILLS_COMMITS").map_or(COMMITS, |text| text.parse().expect("a number"));
    let seed = seed(&format!("kills on {on}"));
    let (forge, receiver) = (Forge::shared(), Receiver::start());
    // So that kills come between the telling of an event and the answer, too.
    receiver.slow(Duration::from_millis(100));
    let ada = forge.user("ada");
    let repository = forge.repository(&ada);
    let sinks = sinks(place, forge.url(), (&ada, repository.full_name()), &receiver);
    let mut pushes = Pushes::new(place, &sinks, repository.http_url(), ada.git_env(), Random::new(seed));
    pushes.good();

    // Most of the commits come while it is killed; for some of them once a second.
    let lives = Lives::new(place, &repository.http_url(), ada.git_env());
    let (every_second, calm) = (commits * 35 / 100..commits * 50 / 100, commits * 70 / 100);
    let pace = |pushed: usize| match pushed {
        pushed if pushed >= calm => lives::Pace::Never,
        pushed if every_second.contains(&pushed) => lives::Pace::EverySecond,
        _ => lives::Pace::Now,
    };
    let pushed = pushes.pushed();
    std::thread::scope(|scope| {
        let _ends = lives::EndsWithPanic(&pushed);
        scope.spawn(|| lives.kill(Random::new(!seed), &pushed, &pace));
        while pushes.count() < calm {
            pushes.any();
        }
    });
    let mut memory = Vec::new();
    while pushes.count() < commits {
        pushes.any();
        memory.push(lives.memory());
    }
    pushes.good();

    let record = Record::of(&place.work);
    let last = pushes.last_good();
    let started = Instant::now();
    while !record.is_quiet(last) {
        assert!(started.elapsed() < LIMIT, "{}\n{}", record.unfinished(), lives.said());
        std::thread::sleep(Duration::from_millis(100));
    }
    println!(
        "{on}: {} commits, {} kills, {} deploys, {} events, {} told twice, memory {memory:?} kB",
        pushes.count(),
        lives.kills(),
        record.deploys().len(),
        record.events().len(),
        receiver.events().len() - record.events().len(),
    );
    checks::every_deploy_has_ended(&record, last);
    checks::every_event_was_told(&record, &receiver, lives.kills());
    checks::no_status_is_pending(&record, &repository, pushes.all());
    checks::the_last_good_commit_is_live(place, &pushes);
    checks::memory_is_flat(&memory);
    lives.end();
}

/// The notifications of `landfall.yaml`.
fn sinks(
    place: &Place,
    forge: String,
    (ada, repository): (&landfall_bench_forge::User, &str),
    receiver: &Receiver,
) -> String {
    let home = place.work.dir().parent().unwrap().join("home");
    std::fs::write(home.join("token"), ada.token()).unwrap();
    std::fs::write(home.join("url"), &receiver.url).unwrap();
    let home = home.display();
    format!(
        "notifications:
  program: {{webhook: {{url: {{file: {home}/url}}}}}}
  forge: {{gitea: {{token: {{file: {home}/token}}, url: '{forge}', repository: {repository}}}}}
"
    )
}
