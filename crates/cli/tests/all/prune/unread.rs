//! A revision that is not read whole prunes nothing: what is missing may only be unread.

use std::fs;

use crate::shop::{Shop, config_map};

#[test]
fn a_document_with_a_typo_is_an_error_and_no_removed_object() {
    let shop = Shop::open();
    let both = format!("{}---\n{}", config_map("a"), config_map("b"));
    shop.write("base/all.yaml", &both);
    shop.deploy_with(&[]).success();
    shop.write("base/all.yaml", &both.replacen("kind: ConfigMap", "kimd: ConfigMap", 1).replace("info", "debug"));
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    error: The key `kimd` is unknown; did you mean `kind`?
     --> base/all.yaml:2:1
      |
    2 | kimd: ConfigMap
      | ^^^^

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
    shop.write("base/all.yaml", &format!("{}--\n{}", config_map("a"), config_map("b")));
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    error: This line is no `key: value`
     --> base/all.yaml:8:1
      |
    8 | --
      | ^^
      |
      = help: Add the missing `:`, or indent the line if it belongs to the text above

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
    shop.write("base/all.yaml", &both.replacen("labels: {deploy: $NS}", "labels: {deploys: $NS}", 1));
    insta::assert_snapshot!(shop.deploy(), @"
    = keep  configmap/a

    1 kept, 1 unchanged

    configmap/a
        its manifest at base/all.yaml:1:1 is still there, only without the label of the selector
        to delete it: remove that manifest, too
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    warning: 1 of 2 manifests do not carry the label of the selector and are left out, such as configmap/a at base/all.yaml:1:1
    Done in [N] s: 1 kept, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
    assert_eq!(shop.field("configmap/b", ".data.level"), "info");
}

#[test]
fn an_empty_folder_is_refused() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a"));
    shop.deploy_with(&[]).success();
    shop.remove("base/a.yaml");
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - The revision has no objects for this environment
        to go on: check the paths, the branch and the selector; to end an environment, delete its objects with kubectl delete -l SELECTOR, or on one host as docs/docker.md says
    --- exit status 4 ---
    ");
    shop.write("base/a.yaml", "# nothing any more\n---\n");
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - The revision has no objects for this environment
        to go on: check the paths, the branch and the selector; to end an environment, delete its objects with kubectl delete -l SELECTOR, or on one host as docs/docker.md says
    --- exit status 4 ---
    ");
    shop.write("base/a.yaml", &config_map("a").replace("deploy: ", "team: "));
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    warning: 1 of 1 manifests do not carry the label of the selector and are left out, such as configmap/a at base/a.yaml:1:1
    error: This revision is not deployed; nothing was written
      - The revision has no objects for this environment
          the selector leaves out its only object
        to go on: check the paths, the branch and the selector; to end an environment, delete its objects with kubectl delete -l SELECTOR, or on one host as docs/docker.md says
    --- exit status 4 ---
    ");
    shop.remove("base");
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    error: There is no such file or folder
     --> base
      = help: Correct the path

    error: One path in base cannot be read
    hint: correct the files, and try again; nothing was read in part
    --- exit status 1 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a");
}

#[test]
fn a_file_that_cannot_be_read_stops_the_deploy() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a")).write("base/b.yaml", &config_map("b"));
    shop.deploy_with(&[]).success();
    // Unreadable for root, too.
    shop.remove("base/b.yaml");
    std::os::unix::fs::symlink("/no/such/file", shop.work.dir().join("base/b.yaml")).unwrap();
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    error: A symbolic link that cannot be followed: it points to `/no/such/file`, which does not exist
     --> base/b.yaml
      = help: Put the file itself there

    error: One path in base cannot be read
    hint: correct the files, and try again; nothing was read in part
    --- exit status 1 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
}

#[test]
fn a_missing_git_object_stops_the_deploy() {
    let shop = Shop::open();
    let config =
        "name: $NS\nenvironments:\n  prod: {branch: main, paths: [base], target: {kubernetes: {namespace: $NS}}}\n";
    shop.write("landfall.yaml", config).write("base/a.yaml", &config_map("a")).write("base/b.yaml", &config_map("b"));
    shop.work.commit("Begin");
    shop.work.landfall(&["deploy"]).success();
    shop.write("base/deeper/c.yaml", &config_map("c"));
    let revision = shop.work.commit("Add c");
    let without = |object: &str| {
        let id = shop.work.git(&["rev-parse", object]);
        let path = shop.work.dir().join(".git/objects").join(&id[..2]).join(&id[2..]);
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let printed = shop.work.landfall(&["deploy"]).snapshot();
        fs::write(&path, bytes).unwrap();
        printed.replace(&id, "$ID").replace(&revision, "$REVISION").replace(&revision[..7], "$REV")
    };
    insta::assert_snapshot!(without("HEAD:base/b.yaml"), @"
    --- stderr ---
    error: The file $ID of base/b.yaml is missing in $ROOT/work
    hint: run `git fsck` there, and make a fresh clone if it reports damage
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(without("HEAD:base/deeper"), @"
    --- stderr ---
    error: The folder $ID of base/deeper is missing in $ROOT/work
    hint: run `git fsck` there, and make a fresh clone if it reports damage
    --- exit status 1 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
}
