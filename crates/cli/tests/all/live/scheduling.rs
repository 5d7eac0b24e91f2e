//! Pods that no node takes.

use super::{
    SOON,
    running::assert_soon,
    stage::{Stage, web},
};

#[test]
fn what_the_nodes_lack_is_told() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/web.yaml", &web("v1", "resources: {requests: {cpu: '500', memory: 9000Gi}}"));
    let mut running = stage.start(&[]);
    let told = running.told(&["cannot be scheduled"]);
    assert_soon(stage.pods().first(is_unscheduled), &told, SOON);
    insta::assert_snapshot!(stage.mask_line(&told.line), @"deployment/web: 0 of 1 pods are ready; pod web-[POD] cannot be scheduled: 0 of 1 nodes: 1 lacks cpu, 1 lacks memory");
    running.interrupt();
    insta::assert_snapshot!(stage.mask(&running.end(&stage).report("error:")), @"
    --- stderr ---
    error: Stopped waiting; it is applied, but not live yet
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] cannot be scheduled: 0 of 1 nodes: 1 lacks cpu, 1 lacks memory
    hint: everything is written, and goes on without Landfall; look with `landfall status`
    --- exit status 3 ---
    ");
}

#[test]
fn a_node_selector_that_no_node_matches_is_told() {
    let Some(stage) = Stage::open() else { return };
    let elsewhere =
        web("v1", "").replace("      containers:\n", "      nodeSelector: {disk: fast}\n      containers:\n");
    stage.write("base/web.yaml", &elsewhere);
    let mut running = stage.start(&[]);
    let told = running.told(&["cannot be scheduled"]);
    assert_soon(stage.pods().first(is_unscheduled), &told, SOON);
    insta::assert_snapshot!(stage.mask_line(&told.line), @"deployment/web: 0 of 1 pods are ready; pod web-[POD] cannot be scheduled: 0 of 1 nodes: 1 does not match its node selector or affinity");
    running.interrupt();
    assert_eq!(running.end(&stage).ran.status, 3);
}

#[test]
fn a_claim_that_is_not_bound_is_told_at_the_claim_and_at_its_pod() {
    let Some(stage) = Stage::open() else { return };
    let claim = "apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, labels: {deploy: $NS}}
spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 1Gi}}}
";
    let mounted = web("v1", "volumeMounts: [{name: data, mountPath: /data}]")
        + "      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]\n";
    stage.write("base/claim.yaml", claim).write("base/web.yaml", &mounted);
    let events = stage.witness("/api/v1", "events");
    let mut running = stage.start(&[]);
    let claim = running.told(&["persistentvolumeclaim/data: is not bound:"]);
    let pod = running.told(&["deployment/web:", "the claim data is not bound:"]);
    let known = events.first(|event| {
        event["involvedObject"]["name"] == "data" && event["message"].as_str().is_some_and(|text| text.contains("fast"))
    });
    assert_soon(known, &claim, SOON);
    assert_soon(known.max(stage.pods().first(is_unscheduled)), &pod, SOON);
    running.interrupt();
    insta::assert_snapshot!(stage.mask(&running.end(&stage).report("error:")), @"
    --- stderr ---
    error: Stopped waiting; it is applied, but not live yet
      - persistentvolumeclaim/data: is not bound: the storage class fast does not exist
      - deployment/web: 0 of 1 pods are ready; pod web-[POD] cannot be scheduled: the claim data is not bound: the storage class fast does not exist
    hint: everything is written, and goes on without Landfall; look with `landfall status`
    --- exit status 3 ---
    ");
}

fn is_unscheduled(pod: &serde_json::Value) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(serde_json::Value::as_array);
    conditions
        .into_iter()
        .flatten()
        .any(|condition| condition["type"] == "PodScheduled" && condition["status"] == "False")
}
