//! Programs that end though they should run.

use super::{
    SOON,
    running::assert_soon,
    stage::{Stage, web},
    witness::container_is,
};

#[test]
fn a_crash_is_told_with_exit_code_and_last_line() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &web("v1", ""));
    stage.deploy_live();
    stage.write(
        "base/web.yaml",
        &web(
            "v2",
            "env: [{name: START_DELAY, value: 1m}, {name: EXIT_AFTER, value: 500ms}, {name: EXIT_CODE, value: '3'}]",
        ),
    );
    let mut running = stage.start(&[]);
    let first = running.told(&["exit code 3"]);
    // Whether the kubelet has started it again by then is chance.
    insta::assert_snapshot!(stage.mask_line(&first.line).replace("; restarted once", ""), @"deployment/web: 0 of 1 new pods are ready; pod web-[POD] crashed: it ended with exit code 3; its last line: [DATE] [TIME] ends after 500ms, as told");
    assert_soon(stage.pods().first(|pod| container_is(pod, "terminated", "exitCode", 3)), &first, SOON);

    // The second crash is followed by a wait of ten seconds, in which nothing changes.
    let known = stage.pods().first(|pod| container_is(pod, "waiting", "reason", "CrashLoopBackOff"));
    assert_soon(known, &running.told(&["exit code 3", "restarted once"]), SOON);
    running.interrupt();
    let ran = running.end(&stage);
    insta::assert_snapshot!(stage.mask(&ran.report("error:")), @"
    --- stderr ---
    error: Stopped waiting; it is applied, but not live yet
      - deployment/web: 0 of 1 new pods are ready; pod web-[POD] crashed: it ended with exit code 3; restarted once; its last line: [DATE] [TIME] ends after 500ms, as told
    hint: everything is written, and goes on without Landfall; look with `landfall status`
    --- exit status 3 ---
    ");
    assert_eq!(stage.field("deployment/web", ".status.availableReplicas"), "1", "the old version serves");
}

#[test]
fn a_program_that_needs_more_memory_than_it_may_is_told_by_name_and_ends_the_wait() {
    let Some(stage) = Stage::open() else { return };
    let hog =
        "env: [{name: NOT_READY, value: 'yes'}, {name: MEMORY_MB, value: '100'}]\nresources: {limits: {memory: 40Mi}}";
    stage.write("base/web.yaml", &web("v1", hog));
    let mut running = stage.start(&[]);
    let first = running.told(&["OOMKilled"]);
    assert_soon(stage.pods().first(|pod| container_is(pod, "terminated", "reason", "OOMKilled")), &first, SOON);
    let ran = running.end(&stage);
    insta::assert_snapshot!(stage.mask(&ran.report("error:")), @"
    --- stderr ---
    error: Applied, but it will not become live
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] keeps crashing: out of memory: it used more than its limit of 40Mi (OOMKilled); restarted twice; its last line: [DATE] [TIME] version v1 starts
    hint: the objects stay as they are now; correct the cause, or go back: `landfall rollback`
    --- exit status 3 ---
    ");
}
