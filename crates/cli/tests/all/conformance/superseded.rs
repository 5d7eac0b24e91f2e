//! A newer revision ends the waiting for an older one.

use serde_json::Value;

use super::place::Place;
use crate::live::{running::Running, stage::web};

on_all!(the_older_deploy_ends_and_the_newer_one_goes_live);

fn the_older_deploy_ends_and_the_newer_one_goes_live(place: &Place) {
    place.write("base/web.yaml", &web("v1", "env: [{name: NOT_READY, value: 'yes'}]"));
    let mut first = place.start("Never ready");
    first.told(&["its readiness probe fails"]);
    place.write("base/web.yaml", &web("v2", ""));
    place.work.commit("Ready");
    let second = Running::start(place, &["deploy", "production", "--timeout", "90s"]);
    let first = first.end(place);
    assert_eq!(first.ran.status, 3, "{}", first.ran.snapshot());
    first.told(&["No longer waiting"]);
    let second = second.end(place);
    assert_eq!(second.ran.status, 0, "{}", second.ran.snapshot());
    place.assert_runs(&["web landfall-bench/web:v2"]);
    let history = place.landfall(&["history", "production", "-o", "json"]).success();
    let history: Value = serde_json::from_str(&history.stdout).unwrap();
    let deploys = history["deploys"].as_array().unwrap().iter().map(|summary| &summary["deploy"]);
    let outcomes: Vec<_> = deploys.map(|deploy| (deploy["subject"].as_str(), deploy["outcome"].as_str())).collect();
    assert_eq!(outcomes, [(Some("Ready"), Some("live")), (Some("Never ready"), Some("superseded"))]);
}
