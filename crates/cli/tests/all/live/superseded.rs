//! A newer revision ends the waiting for an older one.

use std::time::Duration;

use serde_json::Value;

use super::{
    running::{Running, assert_soon},
    stage::{Stage, web},
};

/// So soon after the second deploy has begun to write the first one has ended.
const AT_ONCE: Duration = Duration::from_secs(1);

const CONFIGURATION: &str = "name: $NS
environments:
  production: {branch: main, paths: [base], target: {kubernetes: {}}}
";

#[test]
fn the_older_deploy_ends_as_soon_as_the_newer_one_writes() {
    let Some(stage) = Stage::open() else { return };
    stage.write("landfall.yaml", CONFIGURATION);
    stage.write("base/web.yaml", &web("v1", "env: [{name: NOT_READY, value: 'yes'}]"));
    let old = stage.work.commit("Never ready");
    let inventory = stage.witness("/api/v1", "configmaps");
    let mut first = Running::start(&stage, &["deploy", "production"]);
    first.told(&["its readiness probe fails"]);

    stage.write("base/web.yaml", &web("v2", ""));
    let new = stage.work.commit("Ready");
    let second = Running::start(&stage, &["deploy", "production"]);
    let first = first.end(&stage);
    let second = second.end(&stage);
    let written = inventory
        .first(|map| map["data"]["deploying.revision"] == new.as_str() || map["data"]["revision"] == new.as_str());
    let told = first.told(&["No longer waiting"]);
    assert_soon(written, &told, AT_ONCE);
    assert!(first.at.duration_since(written).unwrap_or_default() < AT_ONCE, "it told it, and went on");
    // It may have written everything by then.
    let by = told.line.split_once(" is being deployed by ").map(|(_, by)| by.to_owned());
    let report = stage.mask(&first.report("error:")).replace(&new[..7], "$NEW");
    let report = by.map_or(report.clone(), |by| report.replace(&format!("is being deployed by {by}"), "was deployed"));
    insta::assert_snapshot!(report, @"
    --- stderr ---
    error: No longer waiting: $NEW was deployed
    hint: look with `landfall status` what is live
    --- exit status 3 ---
    ");
    assert_eq!(second.ran.status, 0, "{}", second.ran.snapshot());
    second.told(&["Live since"]);

    let history = stage.landfall(&["history", "production", "-o", "json"]).success();
    let history: Value = serde_json::from_str(&history.stdout).unwrap();
    let deploys = history["deploys"].as_array().unwrap().iter().map(|summary| &summary["deploy"]);
    let outcomes: Vec<_> = deploys.map(|deploy| (deploy["revision"].as_str(), deploy["outcome"].as_str())).collect();
    assert_eq!(outcomes, [(Some(new.as_str()), Some("live")), (Some(old.as_str()), Some("superseded"))]);
}

#[test]
fn the_same_revision_deployed_again_does_not() {
    let Some(stage) = Stage::open() else { return };
    stage.write("landfall.yaml", CONFIGURATION);
    stage.write("base/web.yaml", &web("v1", "env: [{name: NOT_READY, value: 'yes'}]"));
    stage.work.commit("Never ready");
    let mut first = Running::start(&stage, &["deploy", "production"]);
    first.told(&["its readiness probe fails"]);
    // Somebody changed it meanwhile, so that there is something to write.
    stage.kubectl(&["annotate", "deployment/web", "example.com/by=hand", "--overwrite"]).ok();
    stage.kubectl(&["scale", "deployment/web", "--replicas=2"]).ok();
    let second = Running::start(&stage, &["deploy", "production", "--timeout", "3s"]).end(&stage);
    assert_eq!(second.ran.status, 3);
    second.told(&["Applied, but not live after"]);
    assert!(first.lines().iter().all(|told| !told.line.contains("No longer waiting")));
    first.interrupt();
    let first = first.end(&stage);
    first.told(&["Stopped waiting"]);
    assert_eq!(first.ran.status, 3);
}
