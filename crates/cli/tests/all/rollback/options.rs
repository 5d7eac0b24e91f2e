//! Looking first, and pushing without deploying.

use super::Remote;

#[test]
fn a_dry_run_pushes_nothing_and_deploys_nothing() {
    let remote = Remote::with_two_deploys("rollback-dry");
    let tip = remote.tip();
    insta::assert_snapshot!(remote.shown(&["rollback", "--dry-run"]), @r#"
    ~ update  configmap/level  base/level.yaml:1:1

    1 to update

    configmap/level
        data[level]
          - "debug"
          + "info"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    Undoing on main:
      a2ad42b Tell more

    Nothing was pushed and nothing was deployed
    --- exit status 0 ---
    "#);
    assert_eq!((remote.tip(), remote.site.live("level")), (tip, "debug".to_owned()));
    let mirrors = remote.site.work.dir().join("../home/.cache/landfall/repositories");
    let mirror = std::fs::read_dir(mirrors).unwrap().flatten().find(|entry| entry.path().is_dir()).unwrap().path();
    let pending = remote.site.work.git(&["--git-dir", &mirror.display().to_string(), "for-each-ref", "refs/landfall"]);
    assert_eq!(pending, "", "the commit is let go");
}

#[test]
fn without_deploying_it_is_only_pushed() {
    let remote = Remote::with_two_deploys("rollback-push");
    insta::assert_snapshot!(remote.shown(&["rollback", "--no-deploy"]), @r#"
    ~ update  configmap/level  base/level.yaml:1:1

    1 to update

    configmap/level
        data[level]
          - "debug"
          + "info"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    Undoing on main:
      d229361 Tell more

    2ad2c30 is now the tip of main of file://$ROOT/srv/shop.git
    Your clone does not have it yet: `git pull`
    It is not deployed; that is `landfall deploy prod`
    --- exit status 0 ---
    "#);
    assert_eq!(remote.site.live("level"), "debug");
    remote.site.work.git(&["pull", "--quiet"]);
    remote.deploy();
    assert_eq!(remote.site.live("level"), "info");
}

#[test]
fn by_its_address_from_anywhere() {
    let remote = Remote::with_two_deploys("rollback-address");
    let url = remote.site.work.git(&["remote", "get-url", "origin"]);
    let mut command = remote.site.command(&["rollback", "prod", "--repo", &url]);
    command.current_dir(remote.site.work.dir().join("../home"));
    for (name, value) in [("NAME", "Bob"), ("EMAIL", "bob@example.com")] {
        command.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
    let ran = remote.site.work.ran(&command.output().unwrap()).success();
    assert!(!ran.stderr.contains("git pull"), "{}", ran.stderr);
    assert_eq!(remote.site.live("level"), "info");
    assert_eq!(remote.git(&["log", "--format=%an", "-1", "main"]), "Bob");
}

#[test]
fn a_journal_that_cannot_be_written_stops_it_before_the_push() {
    let remote = Remote::with_two_deploys("rollback-journal");
    let tip = remote.tip();
    insta::assert_snapshot!(remote.shown(&["rollback", "--journal", "/proc/journal.db"]), @"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    error: The journal /proc/journal.db cannot be written: No such file or directory (os error 2)
    hint: Check the permissions of the file and of its folder, or give another location for the journal
    --- exit status 1 ---
    ");
    assert_eq!((remote.tip(), remote.site.live("level")), (tip, "debug".to_owned()));
}
