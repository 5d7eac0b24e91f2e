//! Workloads: their pods keep running where the new object selects them.

use super::{change, controlled};
use crate::shop::Shop;

const DATABASE: &str = "apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
  labels: {deploy: $NS}
spec:
  serviceName: db
  replicas: 2
  selector:
    matchLabels: {app: db}
  template:
    metadata:
      labels: {app: db, tier: back}
    spec:
      containers:
      - name: db
        image: db:1
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 1Gi}}
";

/// Volumes for the claims of a StatefulSet `db`, which nobody provisions.
fn volumes(shop: &Shop<'_>) {
    for index in 0..2 {
        let volume = format!(
            "apiVersion: v1
kind: PersistentVolume
metadata: {{name: $NS-{index}}}
spec:
  accessModes: [ReadWriteOnce]
  capacity: {{storage: 2Gi}}
  hostPath: {{path: /tmp/none}}
  claimRef: {{namespace: $NS, name: data-db-{index}}}
"
        );
        shop.kubectl_stdin(&["create", "-f", "-"], &volume).ok();
    }
}

/// The UIDs of the pods and claims with the label `app`.
fn uids(shop: &Shop<'_>) -> String {
    shop.kubectl(&["get", "pods,pvc", "-l", "app", "-o", "jsonpath={.items[*].metadata.uid}"]).ok()
}

/// Waits until all pods of a workload are ready.
fn ready(shop: &Shop<'_>, object: &str) {
    shop.kubectl(&["rollout", "status", object, "--timeout=120s"]).ok();
}

fn owner(shop: &Shop<'_>, object: &str) -> String {
    shop.field(object, ".metadata.ownerReferences[0].uid")
}

fn deployed(manifest: &str, object: &str) -> Shop<'static> {
    let shop = Shop::on(controlled());
    volumes(&shop);
    shop.write("base/a.yaml", &crate::shop::config_map("a")).write("base/object.yaml", manifest);
    shop.deploy_with(&[]).success();
    ready(&shop, object);
    shop
}

#[test]
fn the_claim_templates_of_a_stateful_set() {
    let shop = deployed(DATABASE, "statefulset/db");
    let before = uids(&shop);
    assert_eq!(before.split(' ').count(), 4);
    let told = change(&shop, "statefulset/db", DATABASE, "1Gi", "2Gi", &["--replace", "statefulset/db"]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:23:39: statefulset/db in namespace $NS has changes in fields that cannot be changed
          spec.volumeClaimTemplates[0].spec.resources.requests[storage]: "1Gi" -> "2Gi"
          if it is replaced: its pods keep running and its claims stay; the new one adopts them
        to go on: undo the change, or replace it: --replace statefulset/db, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a     base/a.yaml:1:1
    ! replace  statefulset/db  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    statefulset/db
        spec.volumeClaimTemplates[0].spec.resources.requests[storage]
          - "1Gi"
          + "2Gi"
        replaced, since spec.volumeClaimTemplates[0].spec.resources.requests[storage] cannot be changed: its pods keep running and its claims stay; the new one adopts them
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
    ready(&shop, "statefulset/db");
    let uid = shop.field("statefulset/db", ".metadata.uid");
    while owner(&shop, "pod/db-0") != uid || owner(&shop, "pod/db-1") != uid {
        std::thread::yield_now();
    }
    assert_eq!(uids(&shop), before, "pods and claims are the same ones");
}

#[test]
fn the_service_name_of_a_scaled_stateful_set() {
    let unscaled = DATABASE.replace("  replicas: 2\n", "");
    let shop = deployed(&unscaled, "statefulset/db");
    shop.kubectl(&["scale", "statefulset/db", "--replicas=2"]).ok();
    ready(&shop, "statefulset/db");
    let before = uids(&shop);
    let told = change(&shop, "statefulset/db", &unscaled, "serviceName: db", "serviceName: other", &[]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:7:16: statefulset/db in namespace $NS has changes in fields that cannot be changed
          spec.serviceName: "db" -> "other"
          if it is replaced: its pods keep running and its claims stay; the new one adopts them
        to go on: undo the change, or replace it: --replace statefulset/db, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a     base/a.yaml:1:1
    ! replace  statefulset/db  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    statefulset/db
        metadata.annotations[landfall.dev/replace]
          + "allowed"
        spec.serviceName
          - "db"
          + "other"
        replaced, since spec.serviceName cannot be changed: its pods keep running and its claims stay; the new one adopts them
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
    ready(&shop, "statefulset/db");
    assert_eq!(shop.field("statefulset/db", ".spec.replicas"), "2");
    assert_eq!(uids(&shop), before, "pods and claims are the same ones");
}

#[test]
fn the_selector_of_a_stateful_set_that_still_selects_its_pods() {
    let shop = deployed(DATABASE, "statefulset/db");
    let before = uids(&shop);
    let (from, to) = ("matchLabels: {app: db}", "matchLabels: {tier: back}");
    let told = change(&shop, "statefulset/db", DATABASE, from, to, &[]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:10:5: statefulset/db in namespace $NS has changes in fields that cannot be changed
          spec.selector.matchLabels[app]: "db" -> (none)
          spec.selector.matchLabels[tier]: (none) -> "back"
          if it is replaced: its pods keep running and its claims stay; the new one adopts them
        to go on: undo the change, or replace it: --replace statefulset/db, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    ready(&shop, "statefulset/db");
    assert_eq!(uids(&shop), before, "pods and claims are the same ones");
}

#[test]
fn the_selector_of_a_stateful_set_that_does_not_select_its_pods_any_more() {
    let shop = deployed(DATABASE, "statefulset/db");
    let before = uids(&shop);
    let told = change(&shop, "statefulset/db", DATABASE, "app: db", "app: database", &[]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:10:24: statefulset/db in namespace $NS has changes in fields that cannot be changed
          spec.selector.matchLabels[app]: "db" -> "database"
          if it is replaced: its pods are stopped, since the new selector does not select them, and new ones started
        to go on: undo the change, or replace it: --replace statefulset/db, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a     base/a.yaml:1:1
    ! replace  statefulset/db  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    statefulset/db
        metadata.annotations[landfall.dev/replace]
          + "allowed"
        spec.selector.matchLabels[app]
          - "db"
          + "database"
        spec.template.metadata.labels[app]
          - "db"
          + "database"
        replaced, since spec.selector.matchLabels[app] cannot be changed: its pods are stopped, since the new selector does not select them, and new ones started
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
    let is_new = |pod: &str| {
        let uid = shop.kubectl(&["get", pod, "-o", "jsonpath={.metadata.uid}"]).stdout;
        !uid.is_empty() && !before.contains(&uid)
    };
    while !is_new("pod/db-0") || !is_new("pod/db-1") {
        std::thread::yield_now();
    }
    ready(&shop, "statefulset/db");
    assert!(before.contains(&shop.field("pvc/data-db-0", ".metadata.uid")), "claims stay");
}

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {deploy: $NS}
spec:
  replicas: 1
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers: [{name: web, image: web:1}]
";

#[test]
fn the_selector_of_a_deployment_leaves_no_pods_behind() {
    let shop = deployed(WEB, "deployment/web");
    let told = change(&shop, "deployment/web", WEB, "app: web}", "app: site}", &["--replace", "deployment/web"]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:9:24: deployment/web in namespace $NS has changes in fields that cannot be changed
          spec.selector.matchLabels[app]: "web" -> "site"
          if it is replaced: its pods are stopped, since the new selector does not select them, and new ones started
        to go on: undo the change, or replace it: --replace deployment/web, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a     base/a.yaml:1:1
    ! replace  deployment/web  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    deployment/web
        spec.selector.matchLabels[app]
          - "web"
          + "site"
        spec.template.metadata.labels[app]
          - "web"
          + "site"
        replaced, since spec.selector.matchLabels[app] cannot be changed: its pods are stopped, since the new selector does not select them, and new ones started
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
    ready(&shop, "deployment/web");
    while shop.kubectl(&["get", "pods,replicasets", "-l", "app=web", "-o", "name"]).ok() != "" {
        std::thread::yield_now();
    }
}

#[test]
fn the_selector_of_a_daemon_set() {
    let agent = WEB.replace("kind: Deployment", "kind: DaemonSet").replace("  replicas: 1\n", "");
    let agent = agent.replace("labels: {app: web}", "labels: {app: web, tier: node}");
    let shop = deployed(&agent, "daemonset/web");
    let before = uids(&shop);
    assert!(!before.is_empty());
    let told = change(&shop, "daemonset/web", &agent, "matchLabels: {app: web}", "matchLabels: {tier: node}", &[]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:8:5: daemonset/web in namespace $NS has changes in fields that cannot be changed
          spec.selector.matchLabels[app]: "web" -> (none)
          spec.selector.matchLabels[tier]: (none) -> "node"
          if it is replaced: its pods keep running and its claims stay; the new one adopts them
        to go on: undo the change, or replace it: --replace daemonset/web, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    ready(&shop, "daemonset/web");
    assert_eq!(uids(&shop), before, "the pods are the same ones");
}
