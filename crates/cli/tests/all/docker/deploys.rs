//! Deploys that an engine cannot carry out as asked.

use landfall_bench_cluster::Image;

use crate::{
    conformance::place::{Place, SERVICE},
    live::stage::web,
};

#[test]
fn an_image_whose_registry_does_not_answer() {
    let Some(place) = Place::engine() else { return };
    place.write("base/web.yaml", &web("v1", "").replace("landfall-bench/web:v1", "127.0.0.1:1/shop/web:v1"));
    let ran = place.deploy("Open", &["--timeout", "5s"]);
    insta::assert_snapshot!(place.report(&ran, "error:"), @r#"
    --- stderr ---
    error: Applied, but not live after [N] s
      - deployment/web: 0 of 1 pods are ready; pod [POD] cannot start: the image 127.0.0.1:1/shop/web:v1 cannot be pulled now: Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused
    hint: what served before still serves, but for pods that had to be stopped first; deploy again with more time by --timeout, or go back: `landfall rollback`
    --- exit status 3 ---
    "#);
}

#[test]
fn waiting_is_not_a_choice() {
    let Some(place) = Place::engine() else { return };
    place.write("base/web.yaml", &web("v1", ""));
    let ran = place.deploy("Open", &["--no-wait"]);
    assert_eq!(ran.status, 0, "{}", ran.snapshot());
    place.assert_runs(&["web landfall-bench/web:v1"]);
    let note = ran.stderr.lines().next().unwrap_or_default();
    insta::assert_snapshot!(note, @"--no-wait has no effect on one host: nothing goes on there without Landfall, so it waits");
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
    insta::assert_snapshot!(place.report(&ran, "error:"), @r"
    --- stderr ---
    error: 1 of 2 changes failed, 0 done, nothing was pruned
      - base/service.yaml:1:1: service/web in namespace $NS: Port 30080/tcp of the host, which the container 'svc-web.$NS' is to publish, is taken by the container 'first'
          Stop 'first', or choose another port in the manifest
    hint: correct the cause and deploy again: it goes on where this one ended
    --- exit status 1 ---
    ");
}

#[test]
fn apply_waits_and_tells_what_is_not_live() {
    let Some(place) = Place::engine() else { return };
    place.write("base/web.yaml", &web("v1", "imagePullPolicy: Never").replace("landfall-bench/web:v1", "shop/no:v1"));
    let host = place.docker_host();
    let flag = format!("--docker={host}");
    let args = ["apply", "-f", "base", "-l", "deploy=$NS", "--prune", "-n", "$NS", &flag];
    insta::assert_snapshot!(place.mask(&place.landfall(&args)), @r"
    deployment.apps/web created
    --- stderr ---
    deployment/web: will not become live: 0 of 1 pods are ready; pod [POD] cannot start: the image shop/no:v1 is not on its node, and is never pulled (imagePullPolicy: Never)
    error: Applied, but it will not become live
      - deployment/web: 0 of 1 pods are ready; pod [POD] cannot start: the image shop/no:v1 is not on its node, and is never pulled (imagePullPolicy: Never)
    hint: what served before still serves, but for pods that had to be stopped first; correct the cause and deploy again, or go back: `landfall rollback`
    --- exit status 3 ---
    ");
}

#[test]
fn an_image_for_another_architecture() {
    let Some(place) = Place::engine() else { return };
    // The head of a program for the machines of this architecture, and nothing that could run.
    let program = place.work.dir().join("program");
    let head = [&b"\x7fELF\x02\x02\x01"[..], &[0; 9], &[0, 2, 0, 22, 0, 0, 0, 1], &[0; 40]].concat();
    std::fs::write(&program, head).unwrap();
    place.load(&Image::new("shop/foreign:v1").program("/web", &program).architecture("s390x"));
    place.write("base/web.yaml", &web("v1", "").replace("landfall-bench/web:v1", "shop/foreign:v1"));
    let ran = place.deploy("Open", &["--timeout", "60s"]);
    insta::assert_snapshot!(place.report(&ran, "error:"), @r"
    --- stderr ---
    error: Applied, but it will not become live
      - deployment/web: 0 of 1 pods are ready; pod [POD] cannot start: the program in its image shop/foreign:v1 is for another kind of machine: exec /web: exec format error
    hint: what served before still serves, but for pods that had to be stopped first; correct the cause and deploy again, or go back: `landfall rollback`
    --- exit status 3 ---
    ");
}
