//! States that no controller changes end the wait at once, long before the usual time is over.

use super::{
    SOON,
    running::assert_soon,
    stage::{Stage, web},
    witness::container_is,
};

#[test]
fn a_program_that_is_not_in_the_image() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &web("v1", "command: [/srv/web]"));
    let ran = stage.start(&[]).end(&stage);
    let known = stage.pods().first(|pod| {
        container_is(pod, "waiting", "reason", "RunContainerError")
            || container_is(pod, "terminated", "reason", "StartError")
    });
    assert_soon(known, &ran.told(&["will not become live"]), SOON);
    insta::assert_snapshot!(stage.mask(&ran.report("error:")), @r#"
    --- stderr ---
    error: Applied, but it will not become live
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] cannot start: its program cannot be run: exec: "/srv/web": stat /srv/web: no such file or directory
    hint: the objects stay as they are now; correct the cause, or go back: `landfall rollback`
    --- exit status 3 ---
    "#);
}

#[test]
fn an_image_that_is_never_pulled() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &web("v9", "imagePullPolicy: Never"));
    let ran = stage.start(&[]).end(&stage);
    let known = stage.pods().first(|pod| container_is(pod, "waiting", "reason", "ErrImageNeverPull"));
    assert_soon(known, &ran.told(&["will not become live"]), SOON);
    insta::assert_snapshot!(stage.mask(&ran.report("error:")), @"
    --- stderr ---
    error: Applied, but it will not become live
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] cannot start: the image landfall-bench/web:v9 is not on its node, and is never pulled (imagePullPolicy: Never)
    hint: the objects stay as they are now; correct the cause, or go back: `landfall rollback`
    --- exit status 3 ---
    ");
}

#[test]
fn what_is_no_name_of_an_image() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &web("v1", "").replace("landfall-bench/web:v1", "Shop/Web:v1"));
    let ran = stage.start(&[]).end(&stage);
    let known = stage.pods().first(|pod| container_is(pod, "waiting", "reason", "InvalidImageName"));
    assert_soon(known, &ran.told(&["will not become live"]), SOON);
    insta::assert_snapshot!(stage.mask(&ran.report("error:")), @"
    --- stderr ---
    error: Applied, but it will not become live
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] cannot start: Shop/Web:v1 is not the name of an image: repository name (Web) must be lowercase
    hint: the objects stay as they are now; correct the cause, or go back: `landfall rollback`
    --- exit status 3 ---
    ");
}

#[test]
fn a_container_that_may_not_run_as_the_user_that_it_names() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &web("v1", "securityContext: {runAsNonRoot: true}"));
    let ran = stage.start(&[]).end(&stage);
    let known = stage.pods().first(|pod| container_is(pod, "waiting", "reason", "CreateContainerConfigError"));
    assert_soon(known, &ran.told(&["will not become live"]), SOON);
    insta::assert_snapshot!(stage.mask(&ran.report("error:")), @"
    --- stderr ---
    error: Applied, but it will not become live
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] cannot start: it may not run as root (runAsNonRoot), but its image names no other user
    hint: the objects stay as they are now; correct the cause, or go back: `landfall rollback`
    --- exit status 3 ---
    ");
}

#[test]
fn a_deployment_that_is_past_its_own_deadline() {
    let Some(stage) = Stage::open() else { return };
    let deadline = web("v1", "env: [{name: NOT_READY, value: 'yes'}]")
        .replace("  replicas: 1\n", "  replicas: 1\n  progressDeadlineSeconds: 10\n");
    stage.write("base/web.yaml", &deadline);
    let deployments = stage.witness("/apis/apps/v1", "deployments");
    let ran = stage.start(&[]).end(&stage);
    let known = deployments.first(|web| web["status"]["conditions"].to_string().contains("ProgressDeadlineExceeded"));
    assert_soon(known, &ran.told(&["will not become live"]), SOON);
    insta::assert_snapshot!(stage.mask(&ran.report("error:")), @"
    --- stderr ---
    error: Applied, but it will not become live
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] is not ready: its readiness probe fails: HTTP status 503; its last line: [DATE] [TIME] version v1 starts; it made no progress for [N] s (progressDeadlineSeconds)
    hint: the objects stay as they are now; correct the cause, or go back: `landfall rollback`
    --- exit status 3 ---
    ");
}

#[test]
fn what_is_hopeless_already_is_told_with_all_that_there_is_to_know() {
    let Some(stage) = Stage::open() else { return };
    let job = "apiVersion: batch/v1
kind: Job
metadata: {name: migrate, labels: {deploy: $NS}}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: migrate, image: 'landfall-bench/web:v1', env: [{name: EXIT_AFTER, value: 300ms}]}]
";
    stage.write("base/job.yaml", job);
    let first = stage.start(&[]).end(&stage);
    // Nothing has changed, and it has failed for long: its log is as good as before.
    let again = stage.start(&[]).end(&stage);
    let reports = [first, again].map(|ran| stage.mask(&ran.report("error:")));
    assert_eq!(reports[0], reports[1]);
    insta::assert_snapshot!(reports[1], @"
    --- stderr ---
    error: Applied, but it will not become live
      - job/migrate: it failed after 1 attempt (backoffLimit 0); pod migrate-[POD] has failed: it ended with exit code 1; its last line: [DATE] [TIME] ends after 300ms, as told
    hint: the objects stay as they are now; correct the cause, or go back: `landfall rollback`
    --- exit status 3 ---
    ");
}
