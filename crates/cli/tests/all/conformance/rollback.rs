//! The way back is a commit.

use serde_json::Value;

use super::place::Place;
use crate::live::stage::web;

on_all!(a_rollback_deploys_what_was_there_before);

fn a_rollback_deploys_what_was_there_before(place: &Place) {
    place.write("base/web.yaml", &web("v1", ""));
    place.deploy("Open", &[]).success();
    place.write("base/web.yaml", &web("v2", ""));
    place.deploy("Update", &[]).success();
    place.assert_runs(&["web landfall-bench/web:v2"]);
    place.work.git(&["config", "user.name", "Ada"]);
    place.work.git(&["config", "user.email", "ada@example.com"]);
    let ran = place.landfall(&["rollback", "production", "--timeout", "90s"]).success();
    // What is told on the way depends on who is how fast.
    let mut ran = ran;
    ran.stderr = ran.stderr.lines().filter(|line| !line.starts_with("deployment/web: ")).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(place.mask(&ran), @r#"
    ~ update  deployment/web  base/web.yaml:1:1

    1 to update

    deployment/web
        spec.template.spec.containers[name=web].image
          - "landfall-bench/web:v2"
          + "landfall-bench/web:v1"
    --- stderr ---
    Undoing on main:
      [REV] Update

    [REV] is now the tip of main
    Deploying production at [REV] (Revert "Update")
    Live since [TIME] ([N] s): 1 updated
    --- exit status 0 ---
    "#);
    place.assert_runs(&["web landfall-bench/web:v1"]);
    let history = place.landfall(&["history", "production", "-o", "json"]).success();
    let history: Value = serde_json::from_str(&history.stdout).unwrap();
    let deploys = history["deploys"].as_array().unwrap().iter().map(|summary| &summary["deploy"]);
    let told: Vec<_> = deploys.map(|deploy| (deploy["cause"].as_str(), deploy["outcome"].as_str())).collect();
    let live = Some("live");
    assert_eq!(told, [(Some("rollback"), live), (Some("deploy"), live), (Some("deploy"), live)]);
}
