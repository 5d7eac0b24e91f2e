//! What cannot be undone is refused before the push, with the way out.

use super::{Remote, remote::write_hook};

/// Runs a rollback that must leave everything as it is.
fn refused(remote: &Remote, args: &[&str]) -> String {
    let data = ["get", "configmaps", "-l", "deploy=shop", "-o", "jsonpath={.items[*].data}"];
    let before = (remote.tip(), remote.site.kubectl(&data));
    let shown = remote.shown(&[&["rollback", "prod"], args].concat());
    let after = (remote.tip(), remote.site.kubectl(&data));
    assert_eq!(before, after, "{shown}");
    shown
}

#[test]
fn nothing_was_deployed_yet() {
    let remote = Remote::empty("rollback-none");
    remote.site.settings("level", "info").commit("Open the shop");
    remote.push();
    insta::assert_snapshot!(refused(&remote, &[]), @"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    error: Nothing was deployed to prod by Landfall yet, so nothing can be undone
    hint: name the revision to go back to: `landfall rollback prod REVISION`
    --- exit status 1 ---
    ");
    remote.deploy();
    insta::assert_snapshot!(refused(&remote, &[]), @r#"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    error: Commit f036a95 "Open the shop" is the first of its history, so there is nothing to go back to
    hint: name a later commit, or remove the files in a commit of your own
    --- exit status 1 ---
    "#);
    insta::assert_snapshot!(refused(&remote, &["HEAD"]), @r#"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    error: Commit f036a95 "Open the shop" is the tip of branch `main`, so there is nothing to revert
    hint: name an earlier commit to go back to
    --- exit status 1 ---
    "#);
    insta::assert_snapshot!(refused(&remote, &["v1"]), @"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    error: `v1` is no branch, tag or commit of file://$ROOT/srv/shop.git
    hint: push it, or correct the name
    --- exit status 1 ---
    ");
}

#[test]
fn a_later_commit_changed_the_same_lines() {
    let remote = Remote::with_two_deploys("rollback-conflict");
    remote.site.settings("level", "trace").commit("Tell all");
    remote.push();
    insta::assert_snapshot!(refused(&remote, &[]), @r#"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    error: Reverting commit 553c542 "Tell more" conflicts with later commits on branch `main` in base/level.yaml
    hint: do it by hand in a clone: `git switch main`, `git pull`, `git revert 553c542d116024338db5ad43c1b3fe6fe5c5da58`, correct the files and `git add` them, `git revert --continue`, `git push`
    --- exit status 1 ---
    "#);
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
    insta::assert_snapshot!(refused(&remote, &[]), @r#"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    error: Commit 82b1549 "Merge side" is a merge, and Git cannot know which of its sides is to stay
    hint: name 83051e0 to go back to where the branch stood before the merge, or revert by hand in a clone: `git revert -m 1 82b1549c1f6ba557f6c7423dda0ce94929235107` and `git push`
    --- exit status 1 ---
    "#);
    insta::assert_snapshot!(refused(&remote, &["side"]), @"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    error: `side` is no branch, tag or commit of file://$ROOT/srv/shop.git
    hint: push it, or correct the name
    --- exit status 1 ---
    ");
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
    insta::assert_snapshot!(refused(&remote, &[]), @r#"
    ! replace  configmap/fixed  base/fixed.yaml:1:1

    1 to replace, 1 unchanged

    configmap/fixed
        data[level]
          - "two"
          + "one"
        replaced, since data[level] cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    Undoing on main:
      63ac4ab Fix two

    error: This rollback could not be deployed
      - base/fixed.yaml:5:15: configmap/fixed in namespace rollback-guard has changes in fields that cannot be changed
          data[level]: "two" -> "one"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace configmap/fixed, or the annotation landfall.dev/replace: allowed
    Nothing was pushed and nothing was deployed
    --- exit status 4 ---
    "#);
    remote.site.landfall(&[&["rollback", "prod"], &replace[..]].concat()).success();
    assert_eq!(remote.site.live("fixed"), "one");
}

#[test]
fn a_rollback_that_would_prune_most_of_the_environment() {
    let remote = Remote::with_two_deploys("rollback-prune");
    let site = &remote.site;
    for number in 1..=6 {
        site.settings(&format!("more-{number}"), "info");
    }
    site.commit("Add six");
    remote.push();
    remote.deploy();
    insta::assert_snapshot!(refused(&remote, &[]), @"
    - prune  configmap/more-1
    - prune  configmap/more-2
    - prune  configmap/more-3
    - prune  configmap/more-4
    - prune  configmap/more-5
    - prune  configmap/more-6

    6 to prune, 1 unchanged
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    Undoing on main:
      bb4df15 Add six

    error: This rollback could not be deployed
      - The revision would prune 6 of the 7 live objects of this environment (86 %, allowed are 50 %)
          configmap/more-1 in namespace rollback-prune
          configmap/more-2 in namespace rollback-prune
          configmap/more-3 in namespace rollback-prune
          configmap/more-4 in namespace rollback-prune
          configmap/more-5 in namespace rollback-prune
          configmap/more-6 in namespace rollback-prune
        to go on: check that the revision and the paths are the right ones; then prune in several commits, name the objects with --allow-prune, or raise maxPruneShare of the environment in landfall.yaml
    Nothing was pushed and nothing was deployed
    --- exit status 4 ---
    ");
}

#[test]
fn manifests_that_the_cluster_would_refuse_now() {
    let remote = Remote::with_two_deploys("rollback-broken");
    remote.site.work.write("base/level.yaml", "kind: [").commit("Break it");
    remote.site.settings("level", "info").commit("Repair it");
    remote.push();
    remote.deploy();
    insta::assert_snapshot!(refused(&remote, &[]), @"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    Undoing on main:
      a978d0d Repair it

    error: The bracket is not closed
     --> base/level.yaml:1:7
      |
    1 | kind: [
      |       ^
      |
      = help: Add the missing `]` or `}`, or quote the value if the bracket is part of a text

    error: The manifests have 1 fault; nothing was applied
    hint: nothing was pushed; another revision to go back to: `landfall rollback prod REVISION`
    --- exit status 1 ---
    ");
}

#[test]
fn a_remote_that_does_not_take_it() {
    let remote = Remote::with_two_deploys("rollback-declined");
    write_hook(
        &remote.site.work.dir().join("../srv/shop.git/hooks/pre-receive"),
        "echo 'Use a pull request.' >&2; exit 1",
    );
    insta::assert_snapshot!(refused(&remote, &[]), @r#"
    ~ update  configmap/level  base/level.yaml:1:1

    1 to update

    configmap/level
        data[level]
          - "debug"
          + "info"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    Undoing on main:
      fc94e40 Tell more

    error: Pushing to branch `main` of file://$ROOT/srv/shop.git failed: a hook of the server declined it (it said: Use a pull request.)
    hint: do what the server's hook asks for, or ask whoever keeps it
    hint: nothing was deployed
    --- exit status 1 ---
    "#);
}

#[test]
fn a_deployed_commit_that_was_never_pushed() {
    let remote = Remote::with_two_deploys("rollback-unpushed");
    remote.site.settings("level", "trace").commit("Not pushed");
    remote.deploy();
    insta::assert_snapshot!(refused(&remote, &[]), @"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    error: Revision 1ceb427 is deployed to prod, but the repository does not have it
    hint: was it ever pushed? Name the revision to go back to instead: `landfall rollback prod REVISION`
    --- exit status 1 ---
    ");
}
