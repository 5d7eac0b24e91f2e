//! Failures that pass.

use super::{Serving, history, level, live_level, open};

#[test]
fn what_the_cluster_refuses_is_tried_again_and_told_once() {
    let shop = open();
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: far, namespace: $NS-far, labels: {deploy: $NS}}\n";
    shop.write("base/far.yaml", other);
    level(&shop, "debug");
    shop.work.commit("Go far");
    serving.until("Tried again in");
    assert_eq!(live_level(&shop), "info");
    shop.kubectl(&["create", "namespace", "$NS-far"]).ok();
    serving.until("Live: 1 created, 1 updated");
    let shown = history(&shop);
    let said = serving.end();
    shop.kubectl(&["delete", "namespace", "$NS-far", "--wait=false"]).ok();
    assert_eq!(said.matches("warning: ").count(), 1, "{said}");
    assert_eq!(live_level(&shop), "debug");
    insta::assert_snapshot!(shown, @"
    hh:mm:ss  live  prod [0] Go far
        by Ada, serve by ada@$HOST, 1 created, 1 updated, live after [N] s
        it was taken up again 1 time(s), after its process was killed or it had failed
    hh:mm:ss  live  prod [1] Open the shop
        by Ada, serve by ada@$HOST, 1 created, live after [N] s
    ");
}

#[test]
fn a_repository_that_is_away_for_a_while_is_followed_on() {
    let shop = open();
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    let (git, away) = (shop.work.dir().join(".git"), shop.work.dir().join("away"));
    std::fs::rename(&git, &away).unwrap();
    serving.until("the repository cannot be read");
    std::fs::rename(&away, &git).unwrap();
    serving.until("the repository can be read again");
    level(&shop, "debug");
    shop.work.commit("Tell more");
    serving.until("Live: 1 updated");
    serving.end();
}

#[test]
fn a_branch_that_is_deleted_leaves_what_is_live() {
    let shop = open();
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    shop.work.git(&["branch", "--move", "main", "other"]);
    serving.until("there is no branch main");
    assert_eq!(live_level(&shop), "info");
    shop.work.git(&["branch", "--move", "other", "main"]);
    level(&shop, "debug");
    shop.work.commit("Tell more");
    serving.until("Live: 1 updated");
    serving.end();
}

#[test]
fn a_repository_that_is_not_there_yet_is_waited_for() {
    let shop = open();
    let (git, away) = (shop.work.dir().join(".git"), shop.work.dir().join("away"));
    std::fs::rename(&git, &away).unwrap();
    let serving = Serving::start(&shop);
    serving.until("the repository cannot be read");
    std::fs::rename(&away, &git).unwrap();
    serving.until("the repository can be read again").until("Live: 1 created");
    serving.end();
}
