//! A flood of webhooks while a deploy runs.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread::{scope, sleep},
    time::{Duration, Instant},
};

use super::{Serving, level, live_level, open};

/// At 100 a second, over some seconds.
const HOOKS: u32 = 300;

#[test]
fn a_flood_of_webhooks_neither_slows_a_deploy_nor_floods_the_forge() {
    let shop = open();
    shop.work.write("../webhook-secret", "s3cret\n");
    let secret = shop.work.dir().join("../webhook-secret").display().to_string();
    let serving = Serving::start_with(&shop, &["--listen", "127.0.0.1:0", "--webhook-secret-file", &secret]);
    serving.until("Live: 1 created");
    let address = serving.address();
    let (seconds_before, asked_before) = fetches(&serving);
    let (began, is_live, sent) = (Instant::now(), AtomicBool::new(false), AtomicU32::new(0));
    scope(|scope| {
        scope.spawn(|| {
            // On and on, until the commit is live.
            for number in 0.. {
                if number >= HOOKS && is_live.load(Ordering::Acquire) {
                    break;
                }
                sleep((Duration::from_millis(10) * number).saturating_sub(began.elapsed()));
                assert_eq!(hook(&address), "202", "each is taken");
                sent.fetch_add(1, Ordering::Relaxed);
            }
        });
        level(&shop, "debug");
        shop.work.commit("Tell more");
        serving.until("Live: 1 updated");
        is_live.store(true, Ordering::Release);
    });
    assert_eq!(live_level(&shop), "debug");
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
