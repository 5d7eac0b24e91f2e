//! Deploys that an engine cannot carry out as asked.

use crate::{
    conformance::place::{Place, SERVICE},
    live::stage::web,
};

#[test]
fn an_image_whose_registry_does_not_answer() {
    let Some(place) = Place::engine() else { return };
    place.write("base/web.yaml", &web("v1", "").replace("landfall-bench/web:v1", "127.0.0.1:1/shop/web:v1"));
    let ran = place.deploy("Open", &["--timeout", "5s"]);
    insta::assert_snapshot!(place.report(&ran, "error:"), @"");
}

#[test]
fn waiting_is_not_a_choice() {
    let Some(place) = Place::engine() else { return };
    place.write("base/web.yaml", &web("v1", ""));
    let ran = place.deploy("Open", &["--no-wait"]);
    assert_eq!(ran.status, 0, "{}", ran.snapshot());
    place.assert_runs(&["web landfall-bench/web:v1"]);
    let note = ran.stderr.lines().next().unwrap_or_default();
    insta::assert_snapshot!(note, @"");
}

#[test]
fn a_host_port_that_another_container_has() {
    let Some(place) = Place::engine() else { return };
    place.docker(&["run", "--detach", "--name", "first", "--publish", "30080:8080", "landfall-bench/web:v1"]);
    place.write("base/web.yaml", &web("v1", ""));
    place.write(
        "base/service.yaml",
        &SERVICE.replace("ports: [{port: 80,", "type: NodePort, ports: [{port: 80, nodePort: 30080,"),
    );
    let ran = place.deploy("Open", &["--timeout", "20s"]);
    place.docker(&["rm", "--force", "first"]);
    insta::assert_snapshot!(place.report(&ran, "error:"), @"");
}

#[test]
fn apply_waits_and_tells_what_is_not_live() {
    let Some(place) = Place::engine() else { return };
    place.write("base/web.yaml", &web("v1", "imagePullPolicy: Never").replace("landfall-bench/web:v1", "shop/no:v1"));
    let host = place.docker_host();
    let flag = format!("--docker={host}");
    let args = ["apply", "-f", "base", "-l", "deploy=$NS", "--prune", "-n", "$NS", &flag];
    insta::assert_snapshot!(place.mask(&place.landfall(&args)), @"");
}
