//! One command from a bad commit to the state before it.

use super::Remote;

#[test]
fn the_newest_deployed_commit_is_undone() {
    let remote = Remote::with_two_deploys("rollback-newest");
    let site = &remote.site;
    // What the user is in the middle of stays as it is.
    site.work.write("base/level.yaml", "unfinished").write("notes", "mine");
    let head = site.work.git(&["rev-parse", "HEAD"]);
    insta::assert_snapshot!(remote.shown(&["rollback", "prod"]), @r#"
    ~ update  configmap/level  base/level.yaml:1:1

    1 to update

    configmap/level
        data[level]
          - "debug"
          + "info"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    Undoing on main:
      9341b22 Tell more

    f649b0c is now the tip of main of file://$ROOT/srv/shop.git
    Your clone does not have it yet: `git pull`
    Deploying prod at f649b0c (Revert "Tell more")
    Live since [TIME] ([N] s): 1 updated
    --- exit status 0 ---
    "#);
    assert_eq!(site.live("level"), "info");
    let message = format!("Ada <ada@example.com> Ada\nRevert \"Tell more\"\n\nThis reverts commit {head}.");
    assert_eq!(remote.git(&["log", "--format=%an <%ae> %cn%n%B", "-1", "main"]), message, "as git revert writes it");
    assert_eq!(remote.git(&["diff", "--stat", "main~2", "main"]), "", "the tree is that of before");
    assert_eq!(site.work.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(std::fs::read_to_string(site.work.dir().join("base/level.yaml")).unwrap(), "unfinished");
    insta::assert_snapshot!(remote.shown(&["history", "prod"]), @r#"
    hh:mm:ss  live  prod f649b0c Revert "Tell more"
        by Ada, rollback by ada@$HOST, 1 updated, live after [N] s
    hh:mm:ss  live  prod 9341b22 Tell more
        by Ada, deploy by ada@$HOST, 1 updated, live after [N] s
    hh:mm:ss  live  prod 615ba7b Open the shop
        by Ada, deploy by ada@$HOST, 1 created, live after [N] s
    --- exit status 0 ---
    "#);
    // Undoing it again brings the commit back, and says so.
    insta::assert_snapshot!(remote.shown(&["rollback", "prod"]), @r#"
    ~ update  configmap/level  base/level.yaml:1:1

    1 to update

    configmap/level
        data[level]
          - "info"
          + "debug"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    Undoing on main:
      f649b0c Revert "Tell more"

    4b666f6 is now the tip of main of file://$ROOT/srv/shop.git
    Your clone does not have it yet: `git pull`
    Deploying prod at 4b666f6 (Reapply "Tell more")
    Live since [TIME] ([N] s): 1 updated
    --- exit status 0 ---
    "#);
    assert_eq!(site.live("level"), "debug");
}

#[test]
fn everything_after_a_revision_is_undone() {
    let remote = Remote::with_two_deploys("rollback-after");
    let site = &remote.site;
    let first = site.work.git(&["rev-parse", "HEAD~1"]);
    site.settings("more", "info").commit("Add more");
    remote.push();
    site.settings("more", "debug").commit("Not deployed yet");
    remote.push();
    insta::assert_snapshot!(remote.shown(&["rollback", "prod", &first]), @r#"
    ~ update  configmap/level  base/level.yaml:1:1

    1 to update

    configmap/level
        data[level]
          - "debug"
          + "info"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    Undoing on main:
      5e1e05e Not deployed yet
      d478ed6 Add more
      7a0e901 Tell more

    bc768d5 is now the tip of main of file://$ROOT/srv/shop.git
    Your clone does not have it yet: `git pull`
    Deploying prod at bc768d5 (Revert "Not deployed yet" and 2 more commits)
    Live since [TIME] ([N] s): 1 updated
    --- exit status 0 ---
    "#);
    assert_eq!((site.live("level").as_str(), remote.git(&["diff", &first, "main"])), ("info", String::new()));
    insta::assert_snapshot!(remote.git(&["log", "--format=%B", "-1", "main"]), @r#"
    Revert "Not deployed yet" and 2 more commits

    - Not deployed yet
    - Add more
    - Tell more

    This reverts commit 5e1e05e637baeeff40a68d00faa6758bf20f80ef.
    This reverts commit d478ed64f8e76ee081473b433a7e18e698aa253f.
    This reverts commit 7a0e90123c603b8c0999f38b908e53464fb767e5.
    "#);
}

#[test]
fn without_a_remote_the_branch_itself_moves() {
    let site = crate::timeline::site::Site::plain("rollback-local");
    site.settings("level", "info").commit("Open the shop");
    site.settings("level", "debug").commit("Tell more");
    for (key, value) in [("user.name", "Ada"), ("user.email", "ada@example.com")] {
        site.work.git(&["config", key, value]);
    }
    insta::assert_snapshot!(site.shown(&["rollback"]), @"
    --- stderr ---
    error: Nothing was deployed to prod by Landfall yet, so nothing can be undone
    hint: name the revision to go back to: `landfall rollback prod REVISION`
    --- exit status 1 ---
    ");
    site.landfall(&["deploy"]).success();
    insta::assert_snapshot!(site.shown(&["rollback"]), @r#"
    ~ update  configmap/level  base/level.yaml:1:1

    1 to update

    configmap/level
        data[level]
          - "debug"
          + "info"
    --- stderr ---
    Undoing on main:
      fa18610 Tell more

    255625c is now the tip of main
    Deploying prod at 255625c (Revert "Tell more")
    Live since [TIME] ([N] s): 1 updated
    --- exit status 0 ---
    "#);
    assert_eq!(site.live("level"), "info");
    assert_eq!(site.work.git(&["status", "--short"]), "", "files and branch moved together");
    assert_eq!(site.work.git(&["log", "--format=%s"]), "Revert \"Tell more\"\nTell more\nOpen the shop");
    site.work.write("base/level.yaml", "unfinished");
    insta::assert_snapshot!(site.shown(&["rollback"]), @r#"
    ~ update  configmap/level  base/level.yaml:1:1

    1 to update

    configmap/level
        data[level]
          - "info"
          + "debug"
    --- stderr ---
    Undoing on main:
      255625c Revert "Tell more"

    Not deployed, since they are not committed: changes of base/level.yaml
    error: Branch `main` is checked out in $ROOT/work and could not be moved there (git said: error: Your local changes to the following files would be overwritten by merge:; base/level.yaml; Please commit your changes or stash them before you merge.; Aborting)
    hint: commit or stash what is not committed there, and try again
    hint: nothing was deployed
    --- exit status 1 ---
    "#);
    assert_eq!(site.work.git(&["log", "--format=%s", "-1"]), "Revert \"Tell more\"");
}
