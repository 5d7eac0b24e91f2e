//! Jobs: live when they have done their work.

use super::{
    SOON,
    running::{apart, assert_soon},
    stage::Stage,
};

/// A Job that ends by itself after a moment.
fn migrate(exit_code: u8, backoff_limit: u8) -> String {
    format!(
        "apiVersion: batch/v1
kind: Job
metadata: {{name: migrate, labels: {{deploy: $NS}}}}
spec:
  backoffLimit: {backoff_limit}
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: migrate
        image: landfall-bench/web:v1
        env: [{{name: EXIT_AFTER, value: 1500ms}}, {{name: EXIT_CODE, value: '{exit_code}'}}]
"
    )
}

#[test]
fn one_that_succeeds_is_waited_for() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/job.yaml", &migrate(0, 0));
    let jobs = stage.witness("/apis/batch/v1", "jobs");
    let ran = stage.start(&[]).end(&stage);
    insta::assert_snapshot!(stage.mask(&ran.report("job/migrate: live")), @"
    --- stderr ---
    job/migrate: live, done; 1 of 1 completions
    Live since [TIME] ([N] s): 1 created
    --- exit status 0 ---
    ");
    let known = jobs.first(|job| job["status"]["completionTime"].is_string());
    assert!(apart(known, ran.told(&["job/migrate: live"]).at) < SOON);
    ran.told(&["job/migrate: 0 of 1 completions", "1 pod at work"]);
}

#[test]
fn one_that_fails_ends_the_wait_with_exit_code_and_last_line() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/job.yaml", &migrate(4, 1));
    let jobs = stage.witness("/apis/batch/v1", "jobs");
    let mut running = stage.start(&[]);
    let first = running.told(&["job/migrate", "exit code 4"]);
    let ran = running.end(&stage);
    let attempt = stage.pods().first(|pod| pod["status"]["phase"] == "Failed");
    assert_soon(attempt, &first, SOON);
    let known = jobs.first(|job| job["status"]["conditions"].to_string().contains("BackoffLimitExceeded"));
    assert_soon(known, &ran.told(&["will not become live"]), SOON);
    insta::assert_snapshot!(stage.mask(&ran.report("error:")), @"
    --- stderr ---
    error: Applied, but it will not become live
      - job/migrate: it failed after 2 attempts (backoffLimit 1); 2 pods, such as migrate-[POD], have failed: it ended with exit code 4; its last line: [DATE] [TIME] ends after 1.5s, as told
    hint: the objects stay as they are now; correct the cause, or go back: `landfall rollback`
    --- exit status 3 ---
    ");
}
