//! One command from a bad commit to the state before it.

use super::Remote;

#[test]
fn the_newest_deployed_commit_is_undone() {
    let remote = Remote::with_two_deploys("rollback-newest");
    let site = &remote.site;
    // What the user is in the middle of stays as it is.
    site.work.write("base/level.yaml", "unfinished").write("notes", "mine");
    let head = site.work.git(&["rev-parse", "HEAD"]);
    insta::assert_snapshot!(remote.shown(&["rollback", "prod"]), @"");
    assert_eq!(site.live("level"), "info");
    assert_eq!(
        remote.git(&["log", "--format=%an <%ae> %cn%n%B", "-1", "main"]),
        "Ada <ada@example.com> Ada
Revert \"Tell more\"

This reverts commit 7f0d2f1d4a2e7b0b3e4d4b8f6b8d1f0d3e0f1b2c."
    );
    assert_eq!(remote.git(&["diff", "--stat", "main~2", "main"]), "", "the tree is that of before");
    assert_eq!(site.work.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(std::fs::read_to_string(site.work.dir().join("base/level.yaml")).unwrap(), "unfinished");
    insta::assert_snapshot!(remote.shown(&["history", "prod"]), @"");
    // Undoing it again brings the commit back, and says so.
    insta::assert_snapshot!(remote.shown(&["rollback", "prod"]), @"");
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
    insta::assert_snapshot!(remote.shown(&["rollback", "prod", &first]), @"");
    assert_eq!((site.live("level").as_str(), remote.git(&["diff", &first, "main"])), ("info", String::new()));
    insta::assert_snapshot!(remote.git(&["log", "--format=%B", "-1", "main"]), @"");
}

#[test]
fn without_a_remote_the_branch_itself_moves() {
    let site = crate::timeline::site::Site::plain("rollback-local");
    site.settings("level", "info").commit("Open the shop");
    site.settings("level", "debug").commit("Tell more");
    for (key, value) in [("user.name", "Ada"), ("user.email", "ada@example.com")] {
        site.work.git(&["config", key, value]);
    }
    insta::assert_snapshot!(site.shown(&["rollback"]), @"");
    site.landfall(&["deploy"]).success();
    insta::assert_snapshot!(site.shown(&["rollback"]), @"");
    assert_eq!(site.live("level"), "info");
    assert_eq!(site.work.git(&["status", "--short"]), "", "files and branch moved together");
    assert_eq!(site.work.git(&["log", "--format=%s"]), "Revert \"Tell more\"\nTell more\nOpen the shop");
    site.work.write("base/level.yaml", "unfinished");
    insta::assert_snapshot!(site.shown(&["rollback"]), @"");
    assert_eq!(site.work.git(&["log", "--format=%s", "-1"]), "Revert \"Tell more\"");
}
