//! A flood of webhooks while deploys run. `LANDFALL_FLOOD_SECONDS` says for how long.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread::{scope, sleep},
    time::{Duration, Instant},
};

use super::{Serving, level, live_level, open};

/// How long it lasts where nothing says otherwise.
const SECONDS: u32 = 3;

/// How many webhooks come in a second.
const A_SECOND: u32 = 100;

#[test]
fn a_flood_of_webhooks_neither_slows_deploys_nor_floods_the_forge() {
    let seconds = std::env::var("LANDFALL_FLOOD_SECONDS").map_or(SECONDS, |text| text.parse().expect("a number"));
    let hooks = seconds * A_SECOND;
    let shop = open();
    shop.work.write("../webhook-secret", "s3cret\n");
    let secret = shop.work.dir().join("../webhook-secret").display().to_string();
    let serving = Serving::start_with(&shop, &["--listen", "127.0.0.1:0", "--webhook-secret-file", &secret]);
    serving.until("Live: 1 created");
    let address = serving.address();
    let (seconds_before, asked_before) = fetches(&serving);
    let (began, is_over, sent) = (Instant::now(), AtomicBool::new(false), AtomicU32::new(0));
    let deploys = scope(|scope| {
        scope.spawn(|| {
            // On and on, until the last commit is live.
            for number in 0.. {
                if number >= hooks && is_over.load(Ordering::Acquire) {
                    break;
                }
                sleep((Duration::from_secs(1) * number / A_SECOND).saturating_sub(began.elapsed()));
                assert_eq!(hook(&address), "202", "each is taken");
                sent.fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut slowest = Duration::ZERO;
        let mut deploys = 0;
        while deploys == 0 || sent.load(Ordering::Relaxed) < hooks * 9 / 10 {
            deploys += 1;
            level(&shop, &format!("level-{deploys}"));
            shop.work.commit("Tell more");
            let pushed = Instant::now();
            serving.until_times("Live: 1 updated", deploys);
            slowest = slowest.max(pushed.elapsed());
        }
        is_over.store(true, Ordering::Release);
        println!("{deploys} deploys, the slowest live after {slowest:?}");
        deploys
    });
    println!("{} webhooks in {:?}", sent.load(Ordering::Relaxed), began.elapsed());
    assert_eq!(live_level(&shop), format!("level-{deploys}"));
    let (seconds, asked) = fetches(&serving);
    assert!(asked > asked_before, "a hint is followed");
    // No question is asked before the last one is answered: together they took no longer than all of it.
    let (seconds, took) = (seconds - seconds_before, began.elapsed().as_secs_f64());
    assert!(seconds <= took, "{} hooks: the forge was asked for {seconds} s in {took} s", sent.into_inner());
    serving.end();
}

/// The seconds in which the forge was asked, and how often.
fn fetches(serving: &Serving) -> (f64, f64) {
    let metrics = serving.get("/metrics");
    let value = |name: &str| -> f64 {
        let line = metrics.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {metrics}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    (value("landfall_git_fetch_seconds_sum"), value("landfall_git_fetch_seconds_count"))
}

/// The status of one webhook, signed as GitLab does.
fn hook(address: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("POST /webhooks/gitlab HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    write!(stream, "{head}X-Gitlab-Token: s3cret\r\nContent-Length: 2\r\n\r\n{{}}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}
