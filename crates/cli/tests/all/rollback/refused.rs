//! What cannot be undone is refused before the push, with the way out.

use super::{Remote, remote::write_hook};

/// Runs a rollback that must leave everything as it is.
fn refused(remote: &Remote, args: &[&str]) -> String {
    let before = (
        remote.tip(),
        remote.site.kubectl(&["get", "configmaps", "-l", "deploy=shop", "-o", "jsonpath={.items[*].data}"]),
    );
    let shown = remote.shown(&[&["rollback", "prod"], args].concat());
    let after = (
        remote.tip(),
        remote.site.kubectl(&["get", "configmaps", "-l", "deploy=shop", "-o", "jsonpath={.items[*].data}"]),
    );
    assert_eq!(before, after, "{shown}");
    shown
}

#[test]
fn nothing_was_deployed_yet() {
    let remote = Remote::empty("rollback-none");
    remote.site.settings("level", "info").commit("Open the shop");
    remote.push();
    insta::assert_snapshot!(refused(&remote, &[]), @"");
    remote.deploy();
    insta::assert_snapshot!(refused(&remote, &[]), @"");
    insta::assert_snapshot!(refused(&remote, &["HEAD"]), @"");
    insta::assert_snapshot!(refused(&remote, &["v1"]), @"");
}

#[test]
fn a_later_commit_changed_the_same_lines() {
    let remote = Remote::with_two_deploys("rollback-conflict");
    remote.site.settings("level", "trace").commit("Tell all");
    remote.push();
    insta::assert_snapshot!(refused(&remote, &[]), @"");
}

#[test]
fn a_merge() {
    let remote = Remote::with_two_deploys("rollback-merge");
    let work = &remote.site.work;
    work.git(&["checkout", "--quiet", "-b", "side"]);
    remote.site.settings("side", "info").commit("Aside");
    work.git(&["checkout", "--quiet", "main"]);
    work.git(&["merge", "--quiet", "--no-ff", "--message", "Merge side", "side"]);
    remote.push();
    remote.deploy();
    insta::assert_snapshot!(refused(&remote, &[]), @"");
    insta::assert_snapshot!(refused(&remote, &["side"]), @"");
    // The way out that the message names.
    remote.site.landfall(&["rollback", "prod", "main~1"]).success();
    assert!(!remote.site.kubectl(&["get", "configmaps", "-o", "name"]).contains("side"));
}

#[test]
fn a_guard_that_would_stop_the_deploy() {
    let remote = Remote::with_two_deploys("rollback-guard");
    let claim = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fixed, labels: {deploy: shop}}\nimmutable: true\ndata: {level: LEVEL}\n";
    let write = |level: &str| {
        remote.site.work.write("base/fixed.yaml", &claim.replace("LEVEL", level)).commit(&format!("Fix {level}"))
    };
    write("one");
    remote.push();
    remote.deploy();
    write("two");
    remote.push();
    let replace = ["--replace", "configmap/fixed"];
    remote.site.landfall(&[&["deploy", "prod"], &replace[..]].concat()).success();
    insta::assert_snapshot!(refused(&remote, &[]), @"");
    remote.site.landfall(&[&["rollback", "prod"], &replace[..]].concat()).success();
    assert_eq!(remote.site.live("fixed"), "one");
}

#[test]
fn manifests_that_the_cluster_would_refuse_now() {
    let remote = Remote::with_two_deploys("rollback-broken");
    remote.site.work.write("base/level.yaml", "kind: [").commit("Break it");
    remote.site.settings("level", "info").commit("Repair it");
    remote.push();
    remote.deploy();
    insta::assert_snapshot!(refused(&remote, &[]), @"");
}

#[test]
fn a_remote_that_does_not_take_it() {
    let remote = Remote::with_two_deploys("rollback-declined");
    write_hook(
        &remote.site.work.dir().join("../srv/shop.git/hooks/pre-receive"),
        "echo 'Use a pull request.' >&2; exit 1",
    );
    insta::assert_snapshot!(refused(&remote, &[]), @"");
}

#[test]
fn a_deployed_commit_that_was_never_pushed() {
    let remote = Remote::with_two_deploys("rollback-unpushed");
    remote.site.settings("level", "trace").commit("Not pushed");
    remote.deploy();
    insta::assert_snapshot!(refused(&remote, &[]), @"");
}
