//! Pods that the API server does not let a controller create.

use super::{
    SOON,
    running::assert_soon,
    stage::{Stage, web},
};

#[test]
fn a_used_up_quota_is_told_with_its_numbers() {
    let Some(stage) = Stage::open() else { return };
    stage.kubectl(&["create", "quota", "few", "--hard=pods=1"]).ok();
    stage.write("base/web.yaml", &web("v1", ""));
    stage.deploy_live();
    stage.write("base/web.yaml", &web("v2", ""));
    let sets = stage.witness("/apis/apps/v1", "replicasets");
    let mut running = stage.start(&[]);
    let told = running.told(&["quota"]);
    assert_soon(sets.first(|set| has_condition(set, "ReplicaFailure")), &told, SOON);
    insta::assert_snapshot!(stage.mask_line(&told.line), @"deployment/web: 0 of 1 new pods are ready; no more pods can be created: the quota few is used up (requested pods=1, used pods=1, limited pods=1)");
    running.interrupt();
    insta::assert_snapshot!(stage.mask(&running.end(&stage).report("error:")), @"
    --- stderr ---
    error: Stopped waiting; it is applied, but not live yet
      - deployment/web: 0 of 1 new pods are ready; no more pods can be created: the quota few is used up (requested pods=1, used pods=1, limited pods=1)
    hint: everything is written, and goes on without Landfall; look with `landfall status`
    --- exit status 3 ---
    ");
}

#[test]
fn what_a_limit_range_refuses_ends_the_wait_at_once() {
    let Some(stage) = Stage::open() else { return };
    let limits = "apiVersion: v1
kind: LimitRange
metadata: {name: small}
spec: {limits: [{type: Container, max: {memory: 100Mi}}]}
";
    stage.kubectl_stdin(&["create", "-f", "-"], limits).ok();
    stage.write("base/web.yaml", &web("v1", "resources: {limits: {memory: 1Gi}}"));
    let sets = stage.witness("/apis/apps/v1", "replicasets");
    let ran = stage.start(&[]).end(&stage);
    assert_soon(sets.first(|set| has_condition(set, "ReplicaFailure")), &ran.told(&["memory"]), SOON);
    insta::assert_snapshot!(stage.mask(&ran.report("deployment/web: will not become live")), @"
    --- stderr ---
    deployment/web: will not become live: 0 of 1 pods are ready; no more pods can be created: maximum memory usage per Container is 100Mi, but limit is 1Gi
    error: Applied, but it will not become live
      - deployment/web: 0 of 1 pods are ready; no more pods can be created: maximum memory usage per Container is 100Mi, but limit is 1Gi
    hint: the objects stay as they are now; correct the cause, or go back: `landfall rollback`
    --- exit status 3 ---
    ");
}

fn has_condition(object: &serde_json::Value, kind: &str) -> bool {
    let conditions = object.pointer("/status/conditions").and_then(serde_json::Value::as_array);
    conditions.into_iter().flatten().any(|condition| condition["type"] == kind && condition["status"] == "True")
}
