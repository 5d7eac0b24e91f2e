//! Probes that fail: which one, and what it answers.

use super::{
    SOON,
    running::{Told, assert_soon},
    stage::{Stage, web},
};

#[test]
fn a_failing_readiness_probe_is_told_with_its_answer() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &web("v1", "env: [{name: NOT_READY, value: 'yes'}]"));
    let (told, report) = failing(&stage, ("Readiness", "503"), &["its readiness probe fails: HTTP status 503"]);
    insta::assert_snapshot!(told, @"deployment/web: 0 of 1 pods are ready; pod web-[POD] is not ready: its readiness probe fails: HTTP status 503; its last line: [DATE] [TIME] version v1 starts");
    insta::assert_snapshot!(report, @"
    --- stderr ---
    error: Stopped waiting; it is applied, but not live yet
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] is not ready: its readiness probe fails: HTTP status 503; its last line: [DATE] [TIME] version v1 starts
    hint: everything is written, and goes on without Landfall; look with `landfall status`
    --- exit status 3 ---
    ");
}

#[test]
fn a_failing_startup_probe_is_told_with_its_answer() {
    let Some(stage) = Stage::open() else { return };
    let probe = "startupProbe: {httpGet: {path: /live, port: 9999}, periodSeconds: 1, failureThreshold: 60}";
    stage.write("base/web.yaml", &web("v1", probe));
    let (told, report) = failing(&stage, ("Startup", "refused"), &["its startup probe fails"]);
    insta::assert_snapshot!(told, @"deployment/web: 0 of 1 pods are ready; pod web-[POD] is not ready: its startup probe fails: port 9999, path /live: connection refused; nothing listens there; its last line: [DATE] [TIME] version v1 starts");
    insta::assert_snapshot!(report, @"
    --- stderr ---
    error: Stopped waiting; it is applied, but not live yet
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] is not ready: its startup probe fails: port 9999, path /live: connection refused; nothing listens there; its last line: [DATE] [TIME] version v1 starts
    hint: everything is written, and goes on without Landfall; look with `landfall status`
    --- exit status 3 ---
    ");
}

#[test]
fn what_a_liveness_probe_ended_is_told_as_such() {
    let Some(stage) = Stage::open() else { return };
    // Never ready, so that the deploy still waits when the kubelet ends it; and longer alive than it may take to tell.
    let probe = "livenessProbe: {httpGet: {path: /nowhere, port: 8080}, initialDelaySeconds: 3, periodSeconds: 1, failureThreshold: 3}
readinessProbe: {httpGet: {path: /nowhere, port: 8080}, periodSeconds: 1}";
    stage.write("base/web.yaml", &web("v1", probe));
    let mut running = stage.start(&[]);
    let told = running.told(&["liveness probe failed", "the kubelet ended it"]);
    let pod = stage.pods().first(|pod| {
        pod["status"]["containerStatuses"][0]["lastState"]["terminated"].is_object()
            || pod["status"]["containerStatuses"][0]["state"]["terminated"].is_object()
    });
    assert_soon(pod, &told, SOON);
    // Whether the kubelet has started it again by then is chance.
    let line = stage.mask_line(&told.line).replace("; restarted once", "");
    insta::assert_snapshot!(line, @"deployment/web: 0 of 1 pods are ready; pod web-[POD] crashed: its liveness probe failed: HTTP status 404, and the kubelet ended it (exit code 0); its last line: [DATE] [TIME] ended in good order");
    running.interrupt();
    assert_eq!(running.end(&stage).ran.status, 3);
}

/// Deploys until the failure of a probe is told, and interrupts the wait.
#[track_caller]
fn failing(stage: &Stage, (probe, answer): (&str, &str), texts: &[&str]) -> (String, String) {
    let events = stage.witness("/api/v1", "events");
    let mut running = stage.start(&[]);
    let told: Told = running.told(texts);
    let is_meant = |event: &serde_json::Value| {
        event["reason"] == "Unhealthy"
            && event["message"].as_str().is_some_and(|text| text.starts_with(probe) && text.contains(answer))
    };
    assert_soon(events.first(is_meant), &told, SOON);
    running.interrupt();
    let ran = running.end(stage);
    (stage.mask_line(&told.line), stage.mask(&ran.report("error:")))
}
