//! Before anything is deleted to be replaced, the server is asked whether it would take the new object.

use crate::shop::{Shop, config_map};

const BINDING: &str = "apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: readers
  labels: {deploy: $NS}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
";

#[test]
fn a_new_object_that_the_server_would_refuse_costs_nothing() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a")).write("base/binding.yaml", BINDING);
    shop.deploy_with(&[]).success();
    let before = shop.field("rolebinding/readers", ".metadata.resourceVersion");
    shop.write("base/binding.yaml", &(BINDING.replace("name: reader}", "name: ''}")));
    shop.write("base/a.yaml", &config_map("a").replace("info", "debug"));
    insta::assert_snapshot!(shop.deploy_with(&["--replace", "rolebinding/readers"]).snapshot(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/binding.yaml:6:66: The cluster would refuse rolebinding/readers in namespace $NS: 1 field is wrong
          base/binding.yaml:6:66: roleRef.name: Required value
        to go on: correct the manifest
    --- exit status 1 ---
    ");
    assert_eq!(shop.field("rolebinding/readers", ".metadata.resourceVersion"), before);
    assert_eq!(shop.field("configmap/a", ".data.level"), "info");
}

#[test]
fn who_may_not_delete_learns_it_before_the_first_write() {
    let shop = Shop::open();
    let settings = config_map("settings") + "immutable: true\n";
    shop.write("base/a.yaml", &config_map("a"))
        .write("base/b.yaml", &config_map("b"))
        .write("base/settings.yaml", &settings);
    shop.deploy_with(&[]).success();
    shop.cluster.grant(
        &shop.namespace,
        "deployer",
        "get,list,create,update,patch",
        "configmaps,leases.coordination.k8s.io",
    );
    let shop = shop.with_user("deployer");
    shop.write("base/a.yaml", &config_map("a").replace("info", "debug")).remove("base/b.yaml");
    shop.write("base/settings.yaml", &settings.replace("info", "debug"));
    insta::assert_snapshot!(shop.deploy_with(&["--replace", "configmap/settings"]).snapshot(), @r#"
    --- stderr ---
    Deploying base
    to context deployer ($SERVER), namespace $NS

    warning: kinds that may not be read are not pruned, such as [KINDS]
    error: This revision is not deployed; nothing was written
      - The cluster would refuse to delete configmap/b in namespace $NS: configmaps "b" is forbidden: User "deployer" cannot delete resource "configmaps" in API group "" in the namespace "$NS"
        to go on: ask for this right: docs/permissions.md lists those that a deploy needs
      - base/settings.yaml:1:1: The cluster would refuse configmap/settings in namespace $NS: configmaps "settings" is forbidden: User "deployer" cannot delete resource "configmaps" in API group "" in the namespace "$NS"
        to go on: ask for this right: docs/permissions.md lists those that a deploy needs
    --- exit status 1 ---
    "#);
    assert_eq!(shop.field("configmap/a", ".data.level"), "info");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b configmap/settings");
}

#[test]
fn the_check_leaves_nothing_and_the_plan_tells_the_gap() {
    let shop = Shop::open();
    let claim = "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, labels: {deploy: $NS}}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: db:1}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, labels: {deploy: $NS}}
spec:
  template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: migrate:1}]}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers, labels: {deploy: $NS}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: $NS-high, labels: {deploy: $NS}}
value: 10
";
    shop.write("base/all.yaml", claim);
    shop.deploy_with(&[]).success();
    let kinds = "statefulsets,jobs,rolebindings,priorityclasses";
    let before = shop.live(kinds);
    let changed = claim.replace("serviceName: db", "serviceName: other").replace("migrate:1", "migrate:2");
    shop.write("base/all.yaml", &changed.replace("name: reader}", "name: writer}").replace("value: 10", "value: 11"));
    let approvals = shop.fill("statefulset/db,job/migrate,rolebinding/readers,priorityclass/$NS-high");
    let plan = shop.work.landfall(&["plan", "-f", "base", "-l", &shop.fill("deploy=$NS"), "--replace", &approvals]);
    insta::assert_snapshot!(plan.snapshot(), @r#"
    ! replace  rolebinding/readers          base/all.yaml:17:1
    ! replace  priorityclass/$NS-high  base/all.yaml:22:1
    ! replace  statefulset/db               base/all.yaml:1:1
    ! replace  job/migrate                  base/all.yaml:11:1

    4 to replace

    rolebinding/readers
        roleRef.name
          - "reader"
          + "writer"
        replaced, since roleRef.name cannot be changed: it is deleted and created again at once, and is missing in between

    priorityclass/$NS-high
        value
          - 10
          + 11
        replaced, since value cannot be changed: it is deleted and created again at once, and is missing in between

    statefulset/db
        spec.serviceName
          - "db"
          + "other"
        replaced, since spec.serviceName cannot be changed: its pods keep running and its claims stay; the new one adopts them

    job/migrate
        spec.template.spec.containers[name=migrate].image
          - "migrate:1"
          + "migrate:2"
        replaced, since spec.template.spec.containers[name=migrate].image cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Plan for base
    on context admin ($SERVER), namespace $NS
    --- exit status 0 ---
    "#);
    assert_eq!(shop.live(kinds), before);
}
