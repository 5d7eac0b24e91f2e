//! What somebody changed on the engine: `status` and `plan` tell it, and the next deploy repairs it.

use serde_json::Value;

use crate::{
    conformance::place::{Place, settings},
    live::stage::web,
};

#[test]
fn a_pod_that_was_removed_is_told_and_made_anew() {
    let Some(place) = Place::engine() else { return };
    place.write("base/web.yaml", &web("v1", "")).write("base/settings.yaml", &settings("settings", "info"));
    place.deploy("Open", &[]).success();
    place.remove_pods();
    insta::assert_snapshot!(place.mask(&place.landfall(&["status", "--exit-code"])), @r"
    production is at [REV] (Open), applied [TIME]
    on the Docker engine at $ENGINE

      SERVICE         IMAGE                  SINCE  FROM
    … deployment/web  landfall-bench/web:v1         [REV]
        0 of 1 pods are ready
    not as applied: deployment/web: its pod is missing
      the next deploy repairs it: `landfall deploy`
    --- exit status 3 ---
    ");
    insta::assert_snapshot!(place.mask(&place.landfall(&["plan"])), @r"
    ~ repair  deployment/web  base/web.yaml:1:1

    1 to repair, 1 unchanged

    deployment/web
        its pod is missing
    --- stderr ---
    Plan for production at [REV] (Open)
    on the Docker engine at $ENGINE, namespace $NS
    --- exit status 0 ---
    ");
    let ran = place.landfall(&["deploy", "production", "--timeout", "90s"]).success();
    insta::assert_snapshot!(place.report(&ran, "Live since"), @r"
    --- stderr ---
    Live since [TIME] ([N] s): 1 repaired, 1 unchanged
    --- exit status 0 ---
    ");
    place.assert_runs(&["web landfall-bench/web:v1"]);
    let history = place.landfall(&["history", "production", "--limit", "1", "-o", "json"]).success();
    let history: Value = serde_json::from_str(&history.stdout).unwrap();
    let newest = &history["deploys"][0];
    assert_eq!(newest["counts"]["repair"], 1, "{newest:#}");
    assert_eq!(newest["objects"][0]["action"], "repair", "{newest:#}");
    let status = place.landfall(&["status", "-o", "json"]).success();
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(status["environments"][0]["drift"], Value::Array(Vec::new()));
}
