//! One pass, for cron and CI.

use super::{level, live_level, open, without_revisions};

#[test]
fn one_pass_deploys_what_is_new_and_ends() {
    let shop = open();
    let repo = shop.work.dir().display().to_string();
    let once = || shop.landfall(&["serve", "--once", "--repo", &repo]);
    insta::assert_snapshot!(without_revisions(&once().snapshot()), @"
    --- stderr ---
    prod: follows the branch main
    prod: deploying [0] (Open the shop, Ada)
    prod: 1 to create
    prod: [0]: Live: 1 created
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(without_revisions(&once().snapshot()), @"
    --- stderr ---
    prod: follows the branch main
    prod: deploying [0] (Open the shop, Ada)
    prod: 1 unchanged
    prod: [0]: Live: 1 unchanged
    --- exit status 0 ---
    ");
    shop.write("base/settings.yaml", "kind: ConfigMap\n");
    shop.work.commit("Break it");
    insta::assert_snapshot!(without_revisions(&once().snapshot()), @"
    --- stderr ---
    prod: follows the branch main
    prod: deploying [0] (Break it, Ada)
    warning: prod: [0]: base/settings.yaml:1:1: `apiVersion` and `metadata` are missing
    Nothing is tried before the next commit
    --- exit status 1 ---
    ");
    level(&shop, "debug");
    shop.work.commit("Mend it");
    insta::assert_snapshot!(without_revisions(&once().snapshot()), @"
    --- stderr ---
    prod: follows the branch main
    prod: deploying [0] (Mend it, Ada)
    prod: 1 to update
    prod: [0]: Live: 1 updated
    --- exit status 0 ---
    ");
    assert_eq!(live_level(&shop), "debug");
}

#[test]
fn a_repository_that_is_not_there_is_an_error() {
    let shop = open();
    let repo = shop.work.dir().join("none").display().to_string();
    insta::assert_snapshot!(shop.landfall(&["serve", "--once", "--repo", &repo]).snapshot(), @"
    --- stderr ---
    error: Listing the branches of $ROOT/work/none failed: there is no such repository (git said: '$ROOT/work/none' does not appear to be a git repository; Could not read from remote repository.)
    hint: check the address, and whether the credentials may see this repository
    --- exit status 1 ---
    ");
    shop.work.git(&["init", "--quiet", "empty"]);
    let repo = shop.work.dir().join("empty").display().to_string();
    insta::assert_snapshot!(shop.landfall(&["serve", "--once", "--repo", &repo]).snapshot(), @"
    --- stderr ---
    warning: the repository has no commits yet
    --- exit status 1 ---
    ");
}

#[test]
fn lines_are_json_where_that_is_asked_for() {
    let shop = open();
    let repo = shop.work.dir().display().to_string();
    let ran = shop.landfall(&["serve", "--once", "--log-format", "json", "--repo", &repo]).success();
    let lines: Vec<serde_json::Value> = ran.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<String> = lines.iter().map(|line| format!("{} {}", line["level"], line["message"])).collect();
    assert!(told.contains(&"\"INFO\" \"follows the branch main\"".to_owned()), "{told:#?}");
    let last = lines.last().unwrap();
    assert!(last["message"].as_str().unwrap().ends_with("Live: 1 created"), "{last}");
    assert_eq!(last["environment"], "prod");
    assert_eq!(last["revision"].as_str().unwrap().len(), 40);
    assert!(last["timestamp"].as_str().unwrap().ends_with('Z'));
}
