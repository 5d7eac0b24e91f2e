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
    insta::assert_snapshot!(stage.mask(&ran.report("Stopping")), @"
    --- stderr ---
    Stopping after what is under way; press Ctrl-C again to end at once
    error: Stopped waiting; it is applied, but not live yet
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] is not ready: its readiness probe fails: HTTP status 503; its last line: [DATE] [TIME] version v1 starts
    hint: everything is written, and goes on without Landfall; look with `landfall status`
    --- exit status 3 ---
    ");
    assert_eq!(stage.field("deployment/web", ".metadata.generation"), before);
    assert_eq!(stage.field("pods", ".items[*].status.phase"), "Running");
    assert_eq!(outcome(&stage), "stopped");
}

#[test]
fn a_timeout_says_what_is_not_live_and_why() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &never());
    let begun = SystemTime::now();
    let ran = stage.start(&["--timeout", "15s"]).end(&stage);
    let took = ran.at.duration_since(begun).unwrap();
    assert!(took >= Duration::from_secs(15) && took < Duration::from_secs(20), "{took:?}");
    insta::assert_snapshot!(stage.mask(&ran.report("error:")), @"
    --- stderr ---
    error: Applied, but not live after [N] s
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] is not ready: its readiness probe fails: HTTP status 503; its last line: [DATE] [TIME] version v1 starts
    hint: it may still become live: look with `landfall status`; give it more time with --timeout, or go back: `landfall rollback`
    --- exit status 3 ---
    ");
    assert_eq!(outcome(&stage), "notLive");
}

#[test]
fn without_waiting_it_ends_when_everything_is_written() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &never());
    let ran = stage.deploy_with(&["--no-wait"]);
    insta::assert_snapshot!(stage.mask(&ran), @"
    + create  deployment/web  base/web.yaml:1:1

    1 to create
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 created
    --- exit status 0 ---
    ");
    assert_eq!(outcome(&stage), "applied");
}

/// How the newest deploy ended, by the journal.
fn outcome(stage: &Stage) -> String {
    let history = stage.landfall(&["history", "-l", "deploy=$NS", "-o", "json"]).success();
    let history: serde_json::Value = serde_json::from_str(&history.stdout).unwrap();
    history["deploys"][0]["deploy"]["outcome"].as_str().unwrap_or_else(|| panic!("{history:#}")).to_owned()
}
