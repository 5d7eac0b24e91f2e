//! One deploy at a time.

use std::time::Duration;

use landfall_bench_engine::Image;
use landfall_deploy::target::{Lock, TargetError};
use landfall_docker::{lock, pod::ProbeCheck, rollout::Asker};
use tokio::time::timeout;

use crate::around::{PATIENCE, environment};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_deploy_is_told_who_has_the_lock_and_gets_it_next() {
    let Some(env) = environment("lock").await else { return };
    let first = lock::take(&env.site, "alice@laptop", Duration::ZERO).await.unwrap();
    assert!(first.is_held());
    match lock::take(&env.site, "bob@desk", Duration::ZERO).await.err() {
        Some(TargetError::Locked { holder, since }) => {
            assert_eq!(holder, "alice@laptop");
            assert!(since.parse::<jiff::Timestamp>().is_ok(), "{since}");
        }
        other => panic!("{other:?}"),
    }
    let site = env.site.clone();
    let waiting = tokio::spawn(async move { lock::take(&site, "bob@desk", PATIENCE).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    Box::new(first).release().await;
    let second = timeout(PATIENCE, waiting).await.unwrap().unwrap().unwrap();
    // Not given back, but dropped, as when a process ends.
    drop(second);
    let third = lock::take(&env.site, "carol@desk", PATIENCE).await.unwrap();
    Box::new(third).release().await;
    assert_eq!(env.left().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_was_removed_is_lost_at_once() {
    let Some(env) = environment("lost").await else { return };
    let session = lock::take(&env.site, "alice@laptop", Duration::ZERO).await.unwrap();
    let agent = session.agent();
    env.bench.docker(&["kill", "landfall.lock.lost"]).ok();
    let lost = async {
        while session.is_held() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(5), lost).await.unwrap();
    let check = ProbeCheck::Tcp { host: None, port: 80 };
    let said = agent.ask("x", &check, Duration::from_secs(1)).await;
    assert_eq!(said.unwrap_err(), "the deploy's agent in the environment's network has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_asks_pods_by_their_names() {
    let Some(env) = environment("agent").await else { return };
    env.bench
        .docker(&[
            "run",
            "--detach",
            "--name",
            "web-1.agent",
            "--network",
            "agent",
            "--env",
            "NOT_READY=1",
            "landfall-around/web:v1",
        ])
        .ok();
    let session = lock::take(&env.site, "alice@laptop", Duration::ZERO).await.unwrap();
    let agent = session.agent();
    let http =
        |path: &str| ProbeCheck::Http { tls: false, host: None, port: 8080, path: path.into(), headers: Vec::new() };
    let second = Duration::from_secs(1);
    let live = async {
        // The program has just been started.
        while agent.ask("web-1.agent", &http("/live"), second).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, live).await.unwrap();
    let said = agent.ask("web-1.agent", &http("/ready"), second).await.unwrap_err();
    assert!(said.ends_with("answered 503"), "{said}");
    let said = agent.ask("nobody.agent", &http("/ready"), second).await.unwrap_err();
    assert!(said.starts_with("GET http://nobody.agent:8080/ready "), "{said}");
    assert_eq!(agent.ask("web-1.agent", &ProbeCheck::Tcp { host: None, port: 8080 }, second).await, Ok(()));
    env.bench.docker(&["rm", "--force", "web-1.agent"]).ok();
    Box::new(session).release().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_of_somebody_else_in_the_place_of_the_lock_is_named() {
    let Some(env) = environment("foreign").await else { return };
    env.bench.docker(&["run", "--detach", "--name", "landfall.lock.foreign", "landfall-around/web:v1"]).ok();
    let fault = lock::take(&env.site, "alice@laptop", Duration::ZERO).await.err().unwrap();
    insta::assert_snapshot!(fault.to_string(), @"The container 'landfall.lock.foreign' has the name of this environment's lock, but Landfall did not make it. Rename or remove it");
    env.bench.docker(&["rm", "--force", "landfall.lock.foreign"]).ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_cannot_start_says_why() {
    let Some(env) = environment("broken").await else { return };
    // Some program that is not Landfall's.
    env.bench.load(&Image::web("landfall-around/other:test"));
    let site = landfall_docker::Site { image: "landfall-around/other:test".to_owned(), ..env.site.clone() };
    let fault = lock::take(&site, "alice@laptop", Duration::ZERO).await.err().unwrap().to_string();
    assert!(fault.contains("/landfall"), "{fault}");
    assert_eq!(env.left().await, Vec::<String>::new());
}
