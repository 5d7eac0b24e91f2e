//! What one host cannot honour is refused with file:line, all at once, and before anything is written.

use crate::conformance::place::Place;

const REPLICA_SET: &str = "apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: nightly, labels: {deploy: $NS}}
spec: {selector: {matchLabels: {app: n}}}
";

const STATEFUL_SET: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {deploy: $NS}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      runtimeClassName: gvisor
      containers:
      - name: web
        image: landfall-bench/web:v1
        volumeDevices: [{name: raw, devicePath: /dev/xvda}]
";

const WIDGET: &str = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one, labels: {deploy: $NS}}\n";

#[test]
fn all_of_a_revision_are_told_at_once_and_nothing_is_written() {
    let Some(place) = Place::engine() else { return };
    place.write("base/nightly.yaml", REPLICA_SET).write("base/web.yaml", STATEFUL_SET);
    place.work.commit("Open");
    let plan = place.landfall(&["plan"]);
    insta::assert_snapshot!(place.mask(&plan), @r"
    + create  deployment/web      base/web.yaml:1:1
    + create  replicaset/nightly  base/nightly.yaml:1:1

    2 to create
    --- stderr ---
    Plan for production at [REV] (Open)
    on the Docker engine at $ENGINE, namespace $NS

    warning: `runtimeClassName` has no effect on one host (base/web.yaml:10:25): containers run with the engine's runtime
    error: This revision would not be deployed
      - base/nightly.yaml:2:7: Docker cannot run replicaset/nightly in namespace $NS: a ReplicaSet is not supported on one host; write a Deployment
        to go on: take it out of the environment's paths or selector, or deploy the environment to Kubernetes
      - base/web.yaml:14:9: Docker cannot run deployment/web in namespace $NS: 1 field cannot be honoured
          base/web.yaml:14:9: spec.template.spec.containers[0].volumeDevices: is not supported on one host: volumes of the engine are folders, not devices
        to go on: correct the manifest; docs/docker.md lists what is supported on one host
    --- exit status 1 ---
    ");
    let mut deployed = None;
    assert_eq!(place.writes(|| deployed = Some(place.landfall(&["deploy", "production"]))), [""; 0]);
    insta::assert_snapshot!(place.report(&deployed.unwrap(), "error:"), @r"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - base/nightly.yaml:2:7: Docker cannot run replicaset/nightly in namespace $NS: a ReplicaSet is not supported on one host; write a Deployment
        to go on: take it out of the environment's paths or selector, or deploy the environment to Kubernetes
      - base/web.yaml:14:9: Docker cannot run deployment/web in namespace $NS: 1 field cannot be honoured
          base/web.yaml:14:9: spec.template.spec.containers[0].volumeDevices: is not supported on one host: volumes of the engine are folders, not devices
        to go on: correct the manifest; docs/docker.md lists what is supported on one host
    --- exit status 1 ---
    ");
}

#[test]
fn kinds_that_only_clusters_have() {
    let Some(place) = Place::engine() else { return };
    place.write("base/one.yaml", WIDGET);
    place.work.commit("Open");
    insta::assert_snapshot!(place.landfall(&["plan"]).snapshot(), @r"
    --- stderr ---
    error: Docker does not know the kind example.com/v1 Widget
     --> base/one.yaml:1:13
      |
    1 | apiVersion: example.com/v1
      |             ^^^^^^^^^^^^^^
      |
      = help: correct apiVersion and kind; custom kinds need a cluster: keep them out of this environment by its paths or its selector

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
}
