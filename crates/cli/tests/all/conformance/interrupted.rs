//! A deploy whose process is killed goes on when it is run again, and leaves nothing behind.

use serde_json::Value;

use super::place::{Place, SERVICE, settings};
use crate::live::stage::web;

on_all!(a_deploy_that_was_killed_while_it_waited_goes_on);

fn a_deploy_that_was_killed_while_it_waited_goes_on(place: &Place) {
    place.write("base/web.yaml", &web("v1", "")).write("base/service.yaml", SERVICE);
    place.deploy("Open", &[]).success();
    let before = place.all().len();
    place.write("base/web.yaml", &web("v2", "env: [{name: START_DELAY, value: 3s}]"));
    place.write("base/settings.yaml", &settings("settings", "info"));
    let mut running = place.start("Update");
    running.told(&["deployment/web"]);
    assert!(place.running().contains(&"web landfall-bench/web:v1".to_owned()), "{:?}", place.running());
    running.kill();
    assert!(place.running().contains(&"web landfall-bench/web:v1".to_owned()), "it serves on: {:?}", place.running());

    let again = place.landfall(&["deploy", "production", "--timeout", "90s"]).success();
    assert!(again.stderr.contains("Live since"), "{}", again.snapshot());
    place.assert_runs(&["web landfall-bench/web:v2"]);
    let history: Value =
        serde_json::from_str(&place.landfall(&["history", "production", "-o", "json"]).success().stdout).unwrap();
    let told: Vec<String> = history["deploys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["deploy"])
        .map(|deploy| format!("{} {} {}", deploy["subject"], deploy["outcome"], deploy["resumes"]))
        .collect();
    assert_eq!(told, [r#""Update" "live" 1"#, r#""Open" "live" 0"#]);
    if place.is_engine() {
        // One object more, and its record; nothing of the version before, and no lock.
        assert_eq!(place.all().len(), before + 1, "{:#?}", place.all());
    }
}
