//! DaemonSets: a pod on each node.

use super::{
    SOON,
    running::{apart, assert_soon},
    stage::{Stage, container},
    witness::{container_is, is_ready},
};

fn agent(version: &str, more: &str) -> String {
    let container = container("agent", version, more);
    format!(
        "apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: agent, labels: {{deploy: $NS}}}}
spec:
  selector: {{matchLabels: {{app: agent}}}}
  template:
    metadata: {{labels: {{app: agent}}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
{container}"
    )
}

#[test]
fn an_update_is_live_when_every_node_runs_it() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/agent.yaml", &agent("v1", ""));
    stage.deploy_live();
    stage.write("base/agent.yaml", &agent("v2", ""));
    let ran = stage.start(&[]).end(&stage);
    insta::assert_snapshot!(stage.mask(&ran.report("daemonset/agent: live")), @"
    --- stderr ---
    daemonset/agent: live, 1 of 1 pods are ready
    Live since [TIME] ([N] s): 1 updated
    --- exit status 0 ---
    ");
    let ready =
        stage.pods().first(|pod| is_ready(pod) && pod["spec"]["containers"][0]["image"] == "landfall-bench/web:v2");
    assert!(apart(ready, ran.told(&["daemonset/agent: live"]).at) < SOON);
}

#[test]
fn what_stops_an_update_is_told() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/agent.yaml", &agent("v1", ""));
    stage.deploy_live();
    stage.write("base/agent.yaml", &agent("v9", "imagePullPolicy: Never"));
    let ran = stage.start(&[]).end(&stage);
    let known = stage.pods().first(|pod| container_is(pod, "waiting", "reason", "ErrImageNeverPull"));
    assert_soon(known, &ran.told(&["will not become live"]), SOON);
    // How many pods are new, its controller may not have counted yet.
    insta::assert_snapshot!(stage.mask(&ran.report("error:")).replace("new pods", "pods"), @"
    --- stderr ---
    error: Applied, but it will not become live
      - daemonset/agent: 0 of 1 pods are ready; pod agent-[POD] cannot start: the image landfall-bench/web:v9 is not on its node, and is never pulled (imagePullPolicy: Never)
    hint: the objects stay as they are now; correct the cause, or go back: `landfall rollback`
    --- exit status 3 ---
    ");
}
