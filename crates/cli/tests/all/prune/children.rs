//! What controllers make of applied objects carries their labels, and is not touched.

use landfall_bench_cluster::Cluster;

use crate::shop::{Shop, config_map};

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {deploy: $NS}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, deploy: $NS}}
    spec: {containers: [{name: web, image: web:1}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {deploy: $NS}}
spec:
  selector: {app: web}
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, labels: {deploy: $NS}}
spec:
  serviceName: db
  replicas: 1
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db, deploy: $NS}}
    spec:
      containers: [{name: db, image: db:1, volumeMounts: [{name: data, mountPath: /data}]}]
  volumeClaimTemplates:
  - metadata: {name: data, labels: {deploy: $NS}}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 1Gi}}
";

#[test]
fn replica_sets_pods_endpoints_and_claims_are_not_touched() {
    let cluster = Cluster::builder().controllers(true).start();
    let shop = Shop::on(&cluster);
    shop.write("base/a.yaml", &config_map("a")).write("base/web.yaml", WEB);
    shop.deploy_with(&[]).success();
    let kinds = "replicasets,pods,endpoints,endpointslices,persistentvolumeclaims,controllerrevisions";
    for (kind, count) in
        [("replicasets", 1), ("pods", 2), ("endpoints", 1), ("endpointslices", 1), ("persistentvolumeclaims", 1)]
    {
        while shop.live(kind).split_whitespace().count() < count {
            std::thread::yield_now();
        }
    }
    let uids = || shop.kubectl(&["get", kinds, "-l", "deploy=$NS", "-o", "jsonpath={.items[*].metadata.uid}"]).ok();
    let before = uids();
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 4 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(uids(), before);
    // Without the inventory every kind is looked at.
    shop.kubectl(&["delete", "configmaps", "-l", "landfall.dev/inventory"]).ok();
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 4 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(uids(), before);
    // With their parents the children go, by the cluster's own hand; claims stay.
    shop.remove("base/web.yaml");
    insta::assert_snapshot!(shop.deploy(), @"
    - prune  service/web
    - prune  deployment/web
    - prune  statefulset/db

    3 to prune, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 3 pruned, 1 unchanged
    --- exit status 0 ---
    ");
    while !shop.live("replicasets,pods,endpoints,endpointslices").is_empty() {
        std::thread::yield_now();
    }
    insta::assert_snapshot!(shop.live("persistentvolumeclaims"), @"persistentvolumeclaim/data-db-0");
}
