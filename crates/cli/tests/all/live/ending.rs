//! Waiting that the user ends: not at all, after a time, by Ctrl-C.

use std::time::{Duration, SystemTime};

use super::stage::{Stage, web};

/// A Deployment that never becomes ready.
fn never() -> String {
    web("v1", "env: [{name: NOT_READY, value: 'yes'}]")
}

#[test]
fn ctrl_c_leaves_everything_as_it_is_and_says_what_is_going_on() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &never());
    let mut running = stage.start(&[]);
    running.told(&["its readiness probe fails: HTTP status 503"]);
    let before = stage.field("deployment/web", ".metadata.generation");
    let pressed = SystemTime::now();
    running.interrupt();
    let ran = running.end(&stage);
    assert!(ran.at.duration_since(pressed).unwrap() < Duration::from_secs(1));
    insta::assert_snapshot!(stage.mask(&ran.report("Stopping")), @"");
    assert_eq!(stage.field("deployment/web", ".metadata.generation"), before);
    assert_eq!(stage.field("pods", ".items[*].status.phase"), "Running");
    assert_eq!(outcome(&stage), "stopped");
}

#[test]
fn a_timeout_says_what_is_not_live_and_why() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &never());
    let begun = SystemTime::now();
    let ran = stage.start(&["--timeout", "8s"]).end(&stage);
    let took = ran.at.duration_since(begun).unwrap();
    assert!(took >= Duration::from_secs(8) && took < Duration::from_secs(13), "{took:?}");
    insta::assert_snapshot!(stage.mask(&ran.report("error:")), @"");
    assert_eq!(outcome(&stage), "notLive");
}

#[test]
fn without_waiting_it_ends_when_everything_is_written() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &never());
    let ran = stage.deploy_with(&["--no-wait"]);
    insta::assert_snapshot!(stage.mask(&ran), @"");
    assert_eq!(outcome(&stage), "applied");
}

/// How the newest deploy ended, by the journal.
fn outcome(stage: &Stage) -> String {
    let history = stage.landfall(&["history", "-l", "deploy=$NS", "-o", "json"]).success();
    let history: serde_json::Value = serde_json::from_str(&history.stdout).unwrap();
    history["deploys"][0]["deploy"]["outcome"].as_str().unwrap_or_else(|| panic!("{history:#}")).to_owned()
}
