//! StatefulSets: pods with names, updated in order.

use super::{
    SOON,
    running::{apart, assert_soon},
    stage::{Stage, container},
    witness::{container_is, is_ready},
};

/// A set of two pods.
fn db(version: &str, more: &str, strategy: &str) -> String {
    let container = container("db", version, more);
    format!(
        "apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db, labels: {{deploy: $NS}}}}
spec:
  replicas: 2
  serviceName: db
  updateStrategy: {strategy}
  selector: {{matchLabels: {{app: db}}}}
  template:
    metadata: {{labels: {{app: db}}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
{container}"
    )
}

const ROLLING: &str = "{type: RollingUpdate}";

#[test]
fn an_update_goes_from_the_last_pod_to_the_first() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/db.yaml", &db("v1", "", ROLLING));
    stage.deploy_live();
    stage.write("base/db.yaml", &db("v2", "", ROLLING));
    let ran = stage.start(&[]).end(&stage);
    insta::assert_snapshot!(stage.mask(&ran.report("statefulset/db: live")), @"
    --- stderr ---
    statefulset/db: live, 2 of 2 pods are ready
    Live since [TIME] ([N] s): 1 updated
    --- exit status 0 ---
    ");
    let ready = |name: &'static str| {
        stage.pods().first(|pod| {
            pod["metadata"]["name"] == name
                && is_ready(pod)
                && pod["spec"]["containers"][0]["image"] == "landfall-bench/web:v2"
        })
    };
    assert!(ready("db-1") < ready("db-0"));
    let told = ran.told(&["statefulset/db: live"]);
    assert!(apart(ready("db-0"), told.at) < SOON);
}

#[test]
fn the_pod_that_stops_an_ordered_update_is_named() {
    let Some(stage) = Stage::open() else { return };
    stage.write("base/db.yaml", &db("v1", "", ROLLING));
    stage.deploy_live();
    stage.write("base/db.yaml", &db("v2", "command: [/srv/db]", ROLLING));
    let ran = stage.start(&[]).end(&stage);
    let known = stage.pods().first(|pod| {
        container_is(pod, "waiting", "reason", "RunContainerError")
            || container_is(pod, "terminated", "reason", "StartError")
    });
    assert_soon(known, &ran.told(&["will not become live"]), SOON);
    insta::assert_snapshot!(stage.mask(&ran.report("error:")), @r#"
    --- stderr ---
    error: Applied, but it will not become live
      - statefulset/db: 0 of 2 new pods are ready; pod db-1 cannot start: its program cannot be run: exec: "/srv/db": stat /srv/db: no such file or directory
    hint: the objects stay as they are now; correct the cause, or go back: `landfall rollback`
    --- exit status 3 ---
    "#);
}

#[test]
fn a_partition_holds_back_the_others_which_is_told_and_no_failure() {
    let Some(stage) = Stage::open() else { return };
    let held = "{type: RollingUpdate, rollingUpdate: {partition: 1}}";
    stage.write("base/db.yaml", &db("v1", "", held));
    stage.deploy_live();
    stage.write("base/db.yaml", &db("v2", "", held));
    let ran = stage.start(&[]).end(&stage);
    insta::assert_snapshot!(stage.mask(&ran.report("statefulset/db: held back")), @"
    --- stderr ---
    statefulset/db: held back, 1 of 2 pods run the new version; the others are held back (updateStrategy partition 1)
    Live since [TIME] ([N] s): 1 updated
    --- exit status 0 ---
    ");
    let images = stage.field("pods", ".items[*].spec.containers[0].image");
    assert_eq!(images, "landfall-bench/web:v1 landfall-bench/web:v2");
}
