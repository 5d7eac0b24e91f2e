//! Images that cannot be pulled.

use super::{
    SOON,
    registry::{self, Pulls},
    running::assert_soon,
    stage::{Stage, web},
    witness::container_is,
};

#[test]
fn an_image_that_does_not_exist_is_told_and_may_still_come() {
    let Some(stage) = Stage::open() else { return };
    let address = registry::start(stage.cluster, Pulls::Open);
    stage.write("base/web.yaml", &web("v1", "").replace("landfall-bench/web:v1", &format!("{address}/shop/web:v9")));
    let mut running = stage.start(&[]);
    let told = running.told(&["does not exist"]);
    assert_soon(known(&stage), &told, SOON);
    let line = stage.mask_line(&told.line).replace(&address, "$REGISTRY");
    insta::assert_snapshot!(line, @"deployment/web: 0 of 1 pods are ready; pod web-[POD] cannot start: the image $REGISTRY/shop/web:v9 does not exist; the registry answers: not found");
    running.interrupt();
    let ran = running.end(&stage);
    insta::assert_snapshot!(stage.mask(&ran.report("error:")).replace(&address, "$REGISTRY"), @"
    --- stderr ---
    error: Stopped waiting; it is applied, but not live yet
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] cannot start: the image $REGISTRY/shop/web:v9 does not exist; the registry answers: not found
    hint: everything is written, and goes on without Landfall; look with `landfall status`
    --- exit status 3 ---
    ");
}

#[test]
fn a_registry_that_refuses_is_told_with_its_answer_and_the_pull_secrets() {
    let Some(stage) = Stage::open() else { return };
    let address = registry::start(stage.cluster, Pulls::Closed);
    stage.write("base/web.yaml", &web("v1", "").replace("landfall-bench/web:v1", &format!("{address}/shop/web:v9")));
    let mut running = stage.start(&[]);
    let told = running.told(&["refuses the image"]);
    assert_soon(known(&stage), &told, SOON);
    running.interrupt();
    let ran = running.end(&stage);
    insta::assert_snapshot!(stage.mask(&ran.report("error:")).replace(&address, "$REGISTRY"), @"
    --- stderr ---
    error: Stopped waiting; it is applied, but not live yet
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] cannot start: the registry refuses the image $REGISTRY/shop/web:v9: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials; the pod names no pull secret
    hint: everything is written, and goes on without Landfall; look with `landfall status`
    --- exit status 3 ---
    ");
}

#[test]
fn a_registry_that_does_not_answer_is_not_called_hopeless() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &web("v1", "").replace("landfall-bench/web:v1", "registry.invalid/shop/web:v9"));
    let mut running = stage.start(&[]);
    let told = running.told(&["cannot be pulled now"]);
    assert_soon(known(&stage), &told, SOON);
    let line = stage.mask_line(&told.line);
    // Which name server it asked, and how often, is the node's business.
    let (sentence, answer) = line.split_once(": failed to do request").unwrap_or((&line, ""));
    insta::assert_snapshot!(sentence, @"deployment/web: 0 of 1 pods are ready; pod web-[POD] cannot start: the image registry.invalid/shop/web:v9 cannot be pulled now");
    assert!(answer.contains("registry.invalid"), "{line}");
    running.interrupt();
    assert_eq!(running.end(&stage).ran.status, 3);
}

/// When the cluster knew that the image is not to be had.
#[track_caller]
fn known(stage: &Stage) -> std::time::SystemTime {
    let reason = |pod: &serde_json::Value, reason: &str| container_is(pod, "waiting", "reason", reason);
    stage.pods().first(|pod| reason(pod, "ErrImagePull") || reason(pod, "ImagePullBackOff"))
}
