//! What one host cannot honour is refused with file:line, all at once, and before anything is written.

use crate::conformance::place::Place;

const CRON_JOB: &str = "apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly, labels: {deploy: $NS}}
spec:
  schedule: '0 3 * * *'
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: n, image: 'landfall-bench/web:v1'}]}}}}
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
    place.write("base/nightly.yaml", CRON_JOB).write("base/web.yaml", STATEFUL_SET);
    place.work.commit("Open");
    let plan = place.landfall(&["plan"]);
    insta::assert_snapshot!(plan.snapshot(), @"");
    let mut deployed = None;
    assert_eq!(place.writes(|| deployed = Some(place.landfall(&["deploy", "production"]))), [""; 0]);
    insta::assert_snapshot!(place.report(&deployed.unwrap(), "error:"), @"");
}

#[test]
fn kinds_that_only_clusters_have() {
    let Some(place) = Place::engine() else { return };
    place.write("base/one.yaml", WIDGET);
    place.work.commit("Open");
    insta::assert_snapshot!(place.landfall(&["plan"]).snapshot(), @"");
}
