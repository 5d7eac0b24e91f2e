//! The newest commit wins.

use super::{Serving, history, level, live_level, open};

/// A workload that never becomes live, since nothing on this cluster would start its pods.
pub const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {deploy: $NS}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: example.com/web:v1}]}
";

#[test]
fn a_newer_commit_ends_the_wait_for_an_older_one() {
    let shop = open();
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    shop.write("base/web.yaml", WEB);
    shop.work.commit("Open the web");
    serving.until("1 to create, 1 unchanged");
    while shop.live("deployments").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    shop.remove("base/web.yaml");
    level(&shop, "debug");
    shop.work.commit("Close the web");
    serving.until("Live: 1 updated, 1 pruned").until("Not waited for: ");
    let shown = history(&shop);
    serving.end();
    assert_eq!(live_level(&shop), "debug");
    insta::assert_snapshot!(shown, @"
    hh:mm:ss  live  prod [0] Close the web
        deployment/web: example.com/web:v1 -> nothing
        by Ada, serve by ada@$HOST, 1 updated, 1 pruned, live after [N] s
    hh:mm:ss  superseded  prod [1] Open the web
        deployment/web: nothing -> example.com/web:v1
        by Ada, serve by ada@$HOST, 1 created
        a newer deploy began to write before it was live
    hh:mm:ss  live  prod [2] Open the shop
        by Ada, serve by ada@$HOST, 1 created, live after [N] s
    ");
}
