//! Claims and volumes hold data: what the manifest says does not suffice to replace them.

use super::{change, controlled};
use crate::shop::{Shop, config_map};

const CLAIM: &str = "apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  labels: {deploy: $NS}
spec:
  storageClassName: slow
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
";

#[test]
fn the_class_of_a_claim() {
    let shop = Shop::on(controlled());
    let told = change(&shop, "pvc/data", CLAIM, "slow", "fast", &["--replace", "persistentvolumeclaim/data"]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:7:21: persistentvolumeclaim/data in namespace $NS has changes in fields that cannot be changed
          spec.storageClassName: "slow" -> "fast"
          if it is replaced: it is deleted with the data in it, and created empty
        to go on: undo the change, or replace it: --replace persistentvolumeclaim/data
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a                 base/a.yaml:1:1
    ! replace  persistentvolumeclaim/data  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    persistentvolumeclaim/data
        spec.storageClassName
          - "slow"
          + "fast"
        replaced, since spec.storageClassName cannot be changed: it is deleted with the data in it, and created empty
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
}

#[test]
fn the_annotation_alone_does_not_replace_a_claim() {
    let shop = Shop::open();
    let allowed = CLAIM.replacen("metadata:\n", "metadata:\n  annotations: {landfall.dev/replace: allowed}\n", 1);
    shop.write("base/a.yaml", &config_map("a")).write("base/claim.yaml", &allowed);
    shop.deploy_with(&[]).success();
    let uid = shop.field("pvc/data", ".metadata.uid");
    shop.write("base/claim.yaml", &allowed.replace("slow", "fast"));
    insta::assert_snapshot!(shop.deploy(), @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/claim.yaml:8:21: persistentvolumeclaim/data in namespace $NS has changes in fields that cannot be changed
          spec.storageClassName: "slow" -> "fast"
          if it is replaced: it is deleted with the data in it, and created empty
        to go on: undo the change, or replace it: --replace persistentvolumeclaim/data
    --- exit status 4 ---
    "#);
    assert_eq!(shop.field("pvc/data", ".metadata.uid"), uid);
    assert_eq!(shop.field("pvc/data", ".metadata.deletionTimestamp"), "");
}

const VOLUME: &str = "apiVersion: v1
kind: PersistentVolume
metadata:
  name: $NS-disk
  labels: {deploy: $NS}
spec:
  storageClassName: none
  accessModes: [ReadWriteOnce]
  capacity: {storage: 1Gi}
  hostPath: {path: /tmp/a}
";

#[test]
fn the_source_of_a_volume() {
    let shop = Shop::on(controlled());
    let object = shop.fill("persistentvolume/$NS-disk");
    let told = change(&shop, &object, VOLUME, "/tmp/a", "/tmp/b", &["--replace", &object]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:10:20: persistentvolume/$NS-disk has changes in fields that cannot be changed
          spec.hostPath.path: "/tmp/a" -> "/tmp/b"
          if it is replaced: it is deleted with the data in it, and created empty
        to go on: undo the change, or replace it: --replace persistentvolume/$NS-disk
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a                     base/a.yaml:1:1
    ! replace  persistentvolume/$NS-disk  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    persistentvolume/$NS-disk
        spec.hostPath.path
          - "/tmp/a"
          + "/tmp/b"
        replaced, since spec.hostPath.path cannot be changed: it is deleted with the data in it, and created empty
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
}

#[test]
fn a_volume_that_is_bound_is_not_replaced() {
    let shop = Shop::on(controlled());
    let claim = CLAIM.replace("storageClassName: slow", "storageClassName: none\n  volumeName: $NS-disk");
    shop.write("base/disk.yaml", VOLUME).write("base/claim.yaml", &claim);
    shop.deploy_with(&[]).success();
    shop.kubectl(&["wait", "--for=jsonpath={.status.phase}=Bound", "pvc/data", "--timeout=60s"]).ok();
    shop.write("base/disk.yaml", &VOLUME.replace("/tmp/a", "/tmp/b"));
    insta::assert_snapshot!(shop.deploy_with(&["--replace", "persistentvolume/$NS-disk"]).snapshot(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/disk.yaml:1:1: persistentvolume/$NS-disk cannot be replaced: it is bound to the claim $NS/data, and would go only with that
        to go on: undo the change, or delete the claim first
    --- exit status 4 ---
    ");
    assert_eq!(shop.field("persistentvolume/$NS-disk", ".metadata.deletionTimestamp"), "");
}
