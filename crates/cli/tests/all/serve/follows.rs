//! Commit after commit.

use super::{Serving, history, level, live_level, open, without_revisions};

#[test]
fn every_commit_goes_live_and_a_broken_one_is_told() {
    let shop = open();
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    level(&shop, "debug");
    shop.work.commit("Tell more");
    serving.until("Live: 1 updated");
    assert_eq!(live_level(&shop), "debug");

    shop.write("base/settings.yaml", "piVersion: v1\nkind: ConfigMap\n");
    shop.work.commit("Break it");
    serving.until("before the next commit");
    assert_eq!(live_level(&shop), "debug", "nothing is applied, and nothing is pruned");

    level(&shop, "warn");
    shop.work.commit("Mend it");
    serving.until_times("Live: 1 updated", 2);
    let shown = history(&shop);
    let said = serving.end();
    assert_eq!(live_level(&shop), "warn");
    insta::assert_snapshot!(without_revisions(&said), @"
    prod: follows the branch main
    prod: deploying [0] (Open the shop, Ada)
    prod: 1 to create
    prod: [0]: Live: 1 created
    prod: deploying [1] (Tell more, Ada)
    prod: 1 to update
    prod: [1]: Live: 1 updated
    prod: deploying [2] (Break it, Ada)
    warning: prod: [2]: base/settings.yaml:1:1: The key `piVersion` is unknown; did you mean `apiVersion`?; base/settings.yaml:1:1: `metadata` is missing
    Nothing is tried before the next commit
    prod: deploying [3] (Mend it, Ada)
    prod: 1 to update
    prod: [3]: Live: 1 updated
    Ending once what is being written is written
    Ended; what was being written is written
    ");
    insta::assert_snapshot!(shown, @"
    hh:mm:ss  live  prod [0] Mend it
        by Ada, serve by ada@$HOST, 1 updated, live after [N] s
    hh:mm:ss  failed  prod [1] Break it
        by Ada, serve by ada@$HOST, no changes
        base/settings.yaml:1:1: The key `piVersion` is unknown; did you mean `apiVersion`?; base/settings.yaml:1:1: `metadata` is missing
    hh:mm:ss  live  prod [2] Tell more
        by Ada, serve by ada@$HOST, 1 updated, live after [N] s
    hh:mm:ss  live  prod [3] Open the shop
        by Ada, serve by ada@$HOST, 1 created, live after [N] s
    ");
}

#[test]
fn what_leaves_the_repository_is_pruned() {
    let shop = open();
    shop.write("base/other.yaml", &crate::shop::config_map("other"));
    shop.work.commit("Open another");
    let serving = Serving::start(&shop);
    serving.until("Live: 2 created");
    shop.remove("base/other.yaml");
    shop.work.commit("Close it");
    serving.until("Live: 1 pruned");
    serving.end();
    assert_eq!(shop.live("configmaps"), "configmap/settings");
}

#[test]
fn a_branch_that_was_rewound_is_followed_and_that_is_said() {
    let shop = open();
    level(&shop, "debug");
    shop.work.commit("Tell more");
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    shop.work.git(&["reset", "--hard", "--quiet", "HEAD~1"]);
    serving.until("the branch now stands before").until("Live: 1 updated");
    serving.end();
    assert_eq!(live_level(&shop), "info");
}
