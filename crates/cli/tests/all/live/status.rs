//! `landfall status` says the same as the deploy that waits.

use serde_json::Value;

use super::stage::{Stage, web};

#[test]
fn a_failing_pod_has_the_same_sentence_everywhere() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &web("v1", ""));
    stage.deploy_live();
    stage.write("base/web.yaml", &web("v9", "imagePullPolicy: Never"));
    let ran = stage.start(&[]).end(&stage);
    let told = ran.told(&["  - deployment/web: "]).line.replace("  - deployment/web: ", "");
    assert_eq!(stage.mask_line(&told), stage.mask_line(&sentence(&stage)));
    let status = stage.landfall(&["status", "-l", "deploy=$NS", "--exit-code"]);
    insta::assert_snapshot!(without_from(&stage.mask(&status)), @"
    deploy=$NS was deployed from files, applied [TIME]
    on context admin ($SERVER)
    the last deploy, of files, will not become live: deployment/web in namespace $NS: 0 of 1 new pods are ready; pod web-[POD] cannot start: the image landfall-bench/web:v9 is not on its node, and is never pulled (imagePullPolicy: Never)

    SERVICE IMAGE SINCE FROM
    ✗ deployment/web landfall-bench/web:v9
    0 of 1 new pods are ready; pod web-[POD] cannot start: the image landfall-bench/web:v9 is not on its node, and is never pulled (imagePullPolicy: Never)
    --- exit status 3 ---
    ");
}

#[test]
fn a_crash_has_its_last_line_in_the_status_too() {
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
    let ran = stage.start(&[]).end(&stage);
    let told = ran.told(&["  - job/migrate: "]).line.replace("  - job/migrate: ", "");
    assert_eq!(told, sentence(&stage));
    assert!(told.ends_with("ends after 300ms, as told"), "{told}");
}

/// What the status says of the only service.
fn sentence(stage: &Stage) -> String {
    let status = stage.landfall(&["status", "-l", "deploy=$NS", "-o", "json"]).success();
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    let service = &status["environments"][0]["services"][0];
    service["rollout"]["sentence"].as_str().unwrap_or_else(|| panic!("{status:#}")).to_owned()
}

/// Columns are as wide as the times in them.
fn without_from(text: &str) -> String {
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}
