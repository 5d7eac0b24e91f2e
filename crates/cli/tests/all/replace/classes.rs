//! Classes of storage, priority and ingress: others refer to them, so that they cannot change.

use super::change;
use crate::shop::Shop;

#[test]
fn the_provisioner_and_parameters_of_a_storage_class() {
    let shop = Shop::open();
    let class = "apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: $NS-fast
  labels: {deploy: $NS}
provisioner: example.com/a
parameters: {type: ssd}
";
    let object = shop.fill("storageclass/$NS-fast");
    let (from, to) = ("example.com/a\nparameters: {type: ssd}", "example.com/b\nparameters: {type: nvme}");
    let told = change(&shop, &object, class, from, to, &["--replace", &object]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:7:20: storageclass/$NS-fast has changes in fields that cannot be changed
          parameters[type]: "ssd" -> "nvme"
          provisioner: "example.com/a" -> "example.com/b"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace storageclass/$NS-fast, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a                 base/a.yaml:1:1
    ! replace  storageclass/$NS-fast  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    storageclass/$NS-fast
        parameters[type]
          - "ssd"
          + "nvme"
        provisioner
          - "example.com/a"
          + "example.com/b"
        replaced, since parameters[type], provisioner cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
}

#[test]
fn the_value_of_a_priority_class() {
    let shop = Shop::open();
    let class = "apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata:
  name: $NS-high
  labels: {deploy: $NS}
value: 1000
";
    let told = change(&shop, &shop.fill("priorityclass/$NS-high"), class, "1000", "2000", &[]);
    insta::assert_snapshot!(told.refused, @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:6:8: priorityclass/$NS-high has changes in fields that cannot be changed
          value: 1000 -> 2000
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace priorityclass/$NS-high, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    ");
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a                  base/a.yaml:1:1
    ! replace  priorityclass/$NS-high  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    priorityclass/$NS-high
        metadata.annotations[landfall.dev/replace]
          + "allowed"
        value
          - 1000
          + 2000
        replaced, since value cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
}

#[test]
fn the_controller_of_an_ingress_class() {
    let shop = Shop::open();
    let class = "apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata:
  name: $NS-nginx
  labels: {deploy: $NS}
spec:
  controller: example.com/a
";
    let told = change(&shop, &shop.fill("ingressclass/$NS-nginx"), class, "com/a", "com/b", &[]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:7:15: ingressclass/$NS-nginx has changes in fields that cannot be changed
          spec.controller: "example.com/a" -> "example.com/b"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace ingressclass/$NS-nginx, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a                  base/a.yaml:1:1
    ! replace  ingressclass/$NS-nginx  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    ingressclass/$NS-nginx
        metadata.annotations[landfall.dev/replace]
          + "allowed"
        spec.controller
          - "example.com/a"
          + "example.com/b"
        replaced, since spec.controller cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
}
