//! Create, update, no change, prune.

use serde_json::Value;

use super::place::{Place, SERVICE, settings};
use crate::live::stage::web;

on_all!(
    what_a_revision_has_runs_and_what_it_has_not_is_gone,
    a_plan_says_what_a_deploy_does,
    a_change_by_hand_is_undone
);

fn what_a_revision_has_runs_and_what_it_has_not_is_gone(place: &Place) {
    place.write("base/web.yaml", &web("v1", "")).write("base/service.yaml", SERVICE);
    place.write("base/settings.yaml", &settings("settings", "info"));
    let created = place.deploy("Open", &[]).success();
    insta::assert_snapshot!(place.report(&created, "Live since"), @r"
    --- stderr ---
    Live since [TIME] ([N] s): 3 created
    --- exit status 0 ---
    ");
    place.assert_runs(&["web landfall-bench/web:v1"]);
    assert_eq!(services(place), ["web landfall-bench/web:v1 live"]);

    let mut again = None;
    let writes = place.writes(|| again = Some(place.landfall(&["deploy", "production"]).success()));
    assert_eq!(writes, [""; 0], "nothing changes, and nothing is written");
    insta::assert_snapshot!(place.report(&again.unwrap(), "Already live"), @r"
    --- stderr ---
    Already live ([N] s): 3 unchanged
    --- exit status 0 ---
    ");

    place.write("base/web.yaml", &web("v2", "")).write("base/settings.yaml", &settings("settings", "debug"));
    place.write("base/more.yaml", &settings("more", "info"));
    let updated = place.deploy("Update", &[]).success();
    insta::assert_snapshot!(place.report(&updated, "Live since"), @r"
    --- stderr ---
    Live since [TIME] ([N] s): 1 created, 2 updated, 1 unchanged
    --- exit status 0 ---
    ");
    place.assert_runs(&["web landfall-bench/web:v2"]);
    assert_eq!(services(place), ["web landfall-bench/web:v2 live"]);

    place.work.remove("base/web.yaml").remove("base/service.yaml");
    let pruned = place.deploy("Close", &["--allow-prune", "deployment/web,service/web"]).success();
    insta::assert_snapshot!(place.report(&pruned, "Live since"), @r"
    --- stderr ---
    Live since [TIME] ([N] s): 2 pruned, 2 unchanged
    --- exit status 0 ---
    ");
    place.assert_runs(&[]);
    assert_eq!(services(place), [""; 0]);
}

fn a_plan_says_what_a_deploy_does(place: &Place) {
    place.write("base/web.yaml", &web("v1", "")).write("base/settings.yaml", &settings("settings", "info"));
    place.write("base/old.yaml", &settings("old", "info"));
    place.deploy("Open", &[]).success();
    place.write("base/web.yaml", &web("v2", "")).write("base/new.yaml", &settings("new", "info"));
    place.work.remove("base/old.yaml");
    place.work.commit("Change");
    let mut plan = None;
    assert_eq!(place.writes(|| plan = Some(place.landfall(&["plan", "--exit-code"]))), [""; 0]);
    let plan = plan.unwrap();
    assert_eq!(plan.status, 2, "changes are pending");
    insta::assert_snapshot!(plan.stdout, @r#"
    + create  configmap/new   base/new.yaml:1:1
    - prune   configmap/old
    ~ update  deployment/web  base/web.yaml:1:1

    1 to create, 1 to update, 1 to prune, 1 unchanged

    deployment/web
        spec.template.spec.containers[name=web].image
          - "landfall-bench/web:v1"
          + "landfall-bench/web:v2"
    "#);
    place.landfall(&["deploy", "production", "--timeout", "90s"]).success();
    assert_eq!(place.landfall(&["plan", "--exit-code"]).status, 0, "none is pending");
}

/// Somebody stops the pod's container, or deletes the pod: both targets come back to what the revision has.
fn a_change_by_hand_is_undone(place: &Place) {
    place.write("base/web.yaml", &web("v1", ""));
    place.deploy("Open", &[]).success();
    place.remove_pods();
    place.landfall(&["deploy", "production", "--timeout", "90s"]).success();
    place.assert_runs(&["web landfall-bench/web:v1"]);
    assert_eq!(services(place), ["web landfall-bench/web:v1 live"]);
}

/// What `status` says of each service: its name, image and state.
fn services(place: &Place) -> Vec<String> {
    let status: Value = serde_json::from_str(&place.landfall(&["status", "-o", "json"]).success().stdout).unwrap();
    let services = status["environments"][0]["services"].as_array().unwrap().iter().map(|service| {
        let rollout = &service["rollout"];
        let images: Vec<&str> = rollout["wanted"].as_object().unwrap().values().filter_map(Value::as_str).collect();
        let (name, state) = (rollout["id"]["name"].as_str().unwrap(), rollout["state"].as_str().unwrap());
        format!("{name} {} {state}", images.join(" "))
    });
    services.collect()
}
