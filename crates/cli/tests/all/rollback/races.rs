//! Somebody else pushes at the same time.

use super::{Remote, remote::write_hook};

#[test]
fn a_push_in_between_is_built_upon_and_shown() {
    let remote = Remote::with_two_deploys("rollback-race");
    let other = remote.other();
    let extra =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra, labels: {deploy: shop}}\ndata: {level: any}\n";
    other.pushes("base/extra.yaml", extra, "Add extra");
    // Bob's commit is already there when ours arrives: the branch is set back, and forward again by the first push.
    let theirs = remote.tip();
    remote.git(&["update-ref", "refs/heads/main", "main~1"]);
    let hooks = remote.site.work.dir().join("../srv/shop.git/hooks");
    write_hook(
        &hooks.join("pre-receive"),
        &format!("rm \"$0\"\nunset GIT_QUARANTINE_PATH\ngit update-ref refs/heads/main {theirs}"),
    );
    insta::assert_snapshot!(remote.shown(&["rollback", "prod"]), @r#"
    ~ update  configmap/level  base/level.yaml:1:1

    1 to update

    configmap/level
        data[level]
          - "debug"
          + "info"

    + create  configmap/extra  base/extra.yaml:1:1
    ~ update  configmap/level  base/level.yaml:1:1

    1 to create, 1 to update

    configmap/level
        data[level]
          - "debug"
          + "info"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    Undoing on main:
      f6eff9e Tell more

    Somebody else pushed to main meanwhile: reverting on top of that
    Undoing on main:
      f6eff9e Tell more

    fc2eb38 is now the tip of main of file://$ROOT/srv/shop.git
    Your clone does not have it yet: `git pull`
    Deploying prod at fc2eb38 (Revert "Tell more")
    Live since [TIME] ([N] s): 1 created, 1 updated
    --- exit status 0 ---
    "#);
    assert_eq!(
        remote.git(&["log", "--format=%s", "main"]),
        "Revert \"Tell more\"\nAdd extra\nTell more\nOpen the shop"
    );
    assert_eq!((remote.site.live("level").as_str(), remote.site.live("extra").as_str()), ("info", "any"));
}

#[test]
fn others_who_push_all_the_time_win() {
    let remote = Remote::with_two_deploys("rollback-busy");
    let hooks = remote.site.work.dir().join("../srv/shop.git/hooks");
    let commit = "git -c user.name=Bob -c user.email=bob@example.com commit-tree -p main -m Busy main^{tree}";
    write_hook(
        &hooks.join("pre-receive"),
        &format!(
            "unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\ngit update-ref refs/heads/main $({commit})"
        ),
    );
    let ran = remote.site.landfall(&["rollback", "prod"]);
    let said = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("Somebody else") || line.starts_with("error") || line.starts_with("hint"));
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"), @"
    Somebody else pushed to main meanwhile: reverting on top of that
    Somebody else pushed to main meanwhile: reverting on top of that
    Somebody else pushed to main meanwhile: reverting on top of that
    Somebody else pushed to main meanwhile: reverting on top of that
    Somebody else pushed to main meanwhile: reverting on top of that
    error: Others push to main all the time; nothing was pushed and nothing was deployed
    hint: try again in a moment
    ");
    assert_eq!((ran.status, remote.site.live("level").as_str()), (1, "debug"));
    assert!(!remote.git(&["log", "--format=%s", "main"]).contains("Revert"));
}
