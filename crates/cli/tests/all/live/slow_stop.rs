//! Pods that take their time to stop.

use super::stage::{Stage, web};
use super::witness::is_ready;

#[test]
fn an_old_pod_that_still_stops_is_told_and_not_waited_for() {
    let Some(stage) = Stage::open() else { return };
    let slow = |version| {
        web(version, "env: [{name: STOP_DELAY, value: 20s}]")
            .replace("terminationGracePeriodSeconds: 1", "terminationGracePeriodSeconds: 40")
    };
    stage.write("base/web.yaml", &slow("v1"));
    stage.deploy_live();
    stage.write("base/web.yaml", &slow("v2"));
    let ran = stage.start(&[]).end(&stage);
    insta::assert_snapshot!(stage.mask(&ran.report("deployment/web: live")), @"
    --- stderr ---
    deployment/web: live, 1 of 1 pods are ready; 1 old pod is still stopping
    Live since [TIME] ([N] s): 1 updated
    --- exit status 0 ---
    ");
    // It is there still.
    let phases = stage.field("pods", ".items[*].metadata.deletionTimestamp");
    assert_eq!(phases.split_whitespace().count(), 1, "{phases}");
    insta::assert_snapshot!(status(&stage), @"
    deploy=$NS was deployed from files, applied [TIME]
    on context admin ($SERVER)

      SERVICE         IMAGE                  SINCE     FROM
    ✓ deployment/web  landfall-bench/web:v2  [TIME]
    --- exit status 0 ---
    ");
}

#[test]
fn the_new_pods_of_a_recreation_wait_for_the_old_ones() {
    let Some(stage) = Stage::open() else { return };
    let slow = |version| {
        web(version, "env: [{name: STOP_DELAY, value: 4s}]")
            .replace("terminationGracePeriodSeconds: 1", "terminationGracePeriodSeconds: 40")
            .replace("  replicas: 1\n", "  replicas: 1\n  strategy: {type: Recreate}\n")
    };
    stage.write("base/web.yaml", &slow("v1"));
    stage.deploy_live();
    stage.write("base/web.yaml", &slow("v2"));
    let mut running = stage.start(&[]);
    let told = running.told(&["they start when the old ones are gone"]);
    insta::assert_snapshot!(stage.mask_line(&told.line), @"deployment/web: 0 of 1 pods are ready; they start when the old ones are gone (strategy Recreate); pod web-[POD] is still stopping: it was told to stop [N] s ago, and may take [N] s");
    let ran = running.end(&stage);
    insta::assert_snapshot!(stage.mask(&ran.report("deployment/web: live")), @"
    --- stderr ---
    deployment/web: live, 1 of 1 pods are ready
    Live since [TIME] ([N] s): 1 updated
    --- exit status 0 ---
    ");
    let new_ready =
        stage.pods().first(|pod| is_ready(pod) && pod["spec"]["containers"][0]["image"] == "landfall-bench/web:v2");
    assert!(told.at < new_ready);
}

fn status(stage: &Stage) -> String {
    let ran = stage.landfall(&["status", "-l", "deploy=$NS"]);
    stage.mask(&ran)
}
