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
    insta::assert_snapshot!(stage.mask_line(&told.line), @"");
    running.interrupt();
    insta::assert_snapshot!(stage.mask(&running.end(&stage).report("error:")), @"");
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
    insta::assert_snapshot!(stage.mask(&ran.report("deployment/web: will not become live")), @"");
}

fn has_condition(object: &serde_json::Value, kind: &str) -> bool {
    let conditions = object.pointer("/status/conditions").and_then(serde_json::Value::as_array);
    conditions.into_iter().flatten().any(|condition| condition["type"] == kind && condition["status"] == "True")
}
