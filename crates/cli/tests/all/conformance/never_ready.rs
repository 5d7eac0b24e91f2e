//! A version that never gets ready: the one before it keeps serving, and the reason is told.

use super::place::Place;
use crate::live::stage::web;

on_all!(the_version_before_keeps_serving, a_container_that_ends_is_told_with_its_last_line, an_image_that_is_not_there);

fn the_version_before_keeps_serving(place: &Place) {
    place.write("base/web.yaml", &web("v1", ""));
    place.deploy("Open", &[]).success();
    let told = a_version_that_is_never_ready(place);
    insta::assert_snapshot!(told, @r"
    --- stderr ---
    error: Applied, but not live after [N] s
      - deployment/web: 0 of 1 new pods are ready; pod [POD] is not ready: its readiness probe fails: HTTP status 503; its last line: [DATE] [TIME] version v2 starts
    --- exit status 3 ---
    ");
    assert!(place.running().contains(&"web landfall-bench/web:v1".to_owned()), "{:?}", place.running());
    let status = place.landfall(&["status", "--exit-code"]);
    assert_eq!(status.status, 3, "{}", status.snapshot());

    place.write("base/web.yaml", &web("v2", ""));
    place.deploy("Ready", &[]).success();
    place.assert_runs(&["web landfall-bench/web:v2"]);
}

fn a_container_that_ends_is_told_with_its_last_line(place: &Place) {
    place.write("base/web.yaml", &web("v1", ""));
    place.deploy("Open", &[]).success();
    place.write("base/web.yaml", &web("v2", "env: [{name: START_DELAY, value: 9s}, {name: EXIT_AFTER, value: 200ms}]"));
    let ran = place.deploy("Ends at once", &["--timeout", "20s"]);
    let mut told = reason(place, &ran);
    if place.is_podman() {
        // It starts a container again at once, and its log tells whole seconds: the first words of the next run may be taken
        // for the last ones of the one before.
        told = told.replace("version v2 starts", "ends after 200ms, as told");
    }
    insta::assert_snapshot!(told, @r"
    --- stderr ---
    error: Applied, but not live after [N] s
      - deployment/web: 0 of 1 new pods are ready; pod [POD] keeps crashing: it ended with exit code 1; restarted [N]; its last line: [DATE] [TIME] ends after 200ms, as told
    --- exit status 3 ---
    ");
    assert!(place.running().contains(&"web landfall-bench/web:v1".to_owned()), "{:?}", place.running());
}

fn an_image_that_is_not_there(place: &Place) {
    place.write("base/web.yaml", &web("v1", ""));
    place.deploy("Open", &[]).success();
    place.write("base/web.yaml", &web("v9", "imagePullPolicy: Never"));
    let ran = place.deploy("No such image", &["--timeout", "60s"]);
    insta::assert_snapshot!(reason(place, &ran), @r"
    --- stderr ---
    error: Applied, but it will not become live
      - deployment/web: 0 of 1 new pods are ready; pod [POD] cannot start: the image landfall-bench/web:v9 is not on its node, and is never pulled (imagePullPolicy: Never)
    --- exit status 3 ---
    ");
    place.assert_runs(&["web landfall-bench/web:v1"]);
}

/// Deploys one, and gives what was told. That is of its last probe: on a busy machine one that was not answered in time, and
/// then another version is tried.
fn a_version_that_is_never_ready(place: &Place) -> String {
    let mut told = String::new();
    for attempt in 1..=4 {
        let environment = format!("env: [{{name: NOT_READY, value: 'yes'}}, {{name: ATTEMPT, value: '{attempt}'}}]");
        place.write("base/web.yaml", &web("v2", &environment));
        let ran = place.deploy(&format!("Never ready, {attempt}"), &["--timeout", "10s"]);
        told = reason(place, &ran);
        if told.contains("HTTP status 503") && told.contains("version v2 starts") {
            break;
        }
    }
    told
}

/// What was told at the end, but for the hint: what to do next differs between the targets.
fn reason(place: &Place, ran: &crate::runner::Ran) -> String {
    let report = place.report(ran, "error:");
    let lines = report.lines().filter(|line| !line.starts_with("hint:")).collect::<Vec<_>>().join("\n");
    // Each target waits in its own way between two runs.
    match lines.split_once("restarted ") {
        Some((before, rest)) => format!("{before}restarted [N];{}", rest.split_once(';').unwrap_or_default().1),
        None => lines,
    }
}
