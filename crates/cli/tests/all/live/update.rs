//! Updates that go well.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use super::{
    EXACT,
    running::apart,
    stage::{Stage, web},
    witness::{Seen, is_ready},
};

const SERVICE: &str = "apiVersion: v1
kind: Service
metadata: {name: web, labels: {deploy: $NS}}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
";

#[test]
fn a_new_version_is_live_when_it_alone_serves() {
    let Some(stage) = Stage::open() else { return };
    let slices = stage.witness("/apis/discovery.k8s.io/v1", "endpointslices");
    let slow = |version| web(version, "env: [{name: START_DELAY, value: 2s}]").replace("replicas: 1", "replicas: 2");
    stage.write("base/service.yaml", SERVICE).write("base/web.yaml", &slow("v1"));
    stage.deploy_live();
    stage.write("base/web.yaml", &slow("v2"));
    let ran = stage.start(&[]).end(&stage);
    insta::assert_snapshot!(stage.mask(&ran.report("Live since")), @"
    --- stderr ---
    Live since [TIME] ([N] s): 1 updated, 1 unchanged
    --- exit status 0 ---
    ");
    ran.told(&["deployment/web: live, 2 of 2 pods are ready"]);

    // By the test's own watches: both new pods are ready, and none of the old serves any more.
    let new_ready = last_ready(&stage.pods().all(), "landfall-bench/web:v2");
    let old_out = only_new_serve(&slices.all(), &names(&stage.pods().all(), "landfall-bench/web:v2"));
    let known = new_ready.max(old_out);
    let live = UNIX_EPOCH + Duration::from_millis(live_at(&stage));
    assert!(apart(known, live) < EXACT, "live at {live:?}, but ready {new_ready:?} and alone {old_out:?}");
    assert!(apart(known, ran.at) < EXACT * 2, "it was live {:?} before the end", apart(known, ran.at));
}

/// Since when the newest deploy is live, by the journal; milliseconds since 1970.
fn live_at(stage: &Stage) -> u64 {
    let history = stage.landfall(&["history", "-l", "deploy=$NS", "-o", "json"]).success();
    let history: Value = serde_json::from_str(&history.stdout).unwrap();
    let newest = &history["deploys"][0]["deploy"];
    assert_eq!(newest["outcome"], "live", "{history:#}");
    let live: jiff::Timestamp = newest["live"].as_str().unwrap_or_else(|| panic!("{newest:#}")).parse().unwrap();
    u64::try_from(live.as_millisecond()).unwrap()
}

/// The pods of an image.
fn names(pods: &[Seen], image: &str) -> Vec<String> {
    let of_image = |seen: &&Seen| seen.object["spec"]["containers"][0]["image"] == image;
    let mut names: Vec<String> =
        pods.iter().filter(of_image).map(|seen| seen.object["metadata"]["name"].as_str().unwrap().to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// When the last pod of an image became ready.
fn last_ready(pods: &[Seen], image: &str) -> std::time::SystemTime {
    let first = |name: &String| {
        let ready = |seen: &&Seen| seen.object["metadata"]["name"] == *name && is_ready(&seen.object);
        pods.iter().find(ready).unwrap_or_else(|| panic!("{name} was never ready")).at
    };
    names(pods, image).iter().map(first).max().unwrap()
}

/// When the Service's ready endpoints became the pods of these names and no others, for good.
fn only_new_serve(slices: &[Seen], names: &[String]) -> std::time::SystemTime {
    let serving = |slice: &Value| {
        let endpoints = slice["endpoints"].as_array().into_iter().flatten();
        let ready = endpoints.filter(|endpoint| endpoint["conditions"]["ready"] == true);
        let mut names: Vec<String> =
            ready.map(|endpoint| endpoint["targetRef"]["name"].as_str().unwrap().to_owned()).collect();
        names.sort_unstable();
        names
    };
    let others = slices.iter().rposition(|seen| serving(&seen.object) != names).unwrap();
    slices.get(others + 1).unwrap_or_else(|| panic!("others serve still: {:#}", slices[others].object)).at
}
