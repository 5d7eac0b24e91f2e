//! Jobs: what they run cannot change.

use super::change;
use crate::shop::Shop;

const JOB: &str = "apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  labels: {deploy: $NS}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: migrate
        image: migrate:1
";

#[test]
fn the_template_of_a_job() {
    let shop = Shop::open();
    let told = change(&shop, "job/migrate", JOB, "migrate:1", "migrate:2", &[]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:10:7: job/migrate in namespace $NS has changes in fields that cannot be changed
          spec.template.spec.containers[name=migrate].image: "migrate:1" -> "migrate:2"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace job/migrate, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a  base/a.yaml:1:1
    ! replace  job/migrate  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    job/migrate
        metadata.annotations[landfall.dev/replace]
          + "allowed"
        spec.template.spec.containers[name=migrate].image
          - "migrate:1"
          + "migrate:2"
        replaced, since spec.template.spec.containers[name=migrate].image cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
    assert_eq!(shop.field("job/migrate", ".spec.template.spec.containers[0].image"), "migrate:2");
}
