//! On a real forge, over HTTP.

use landfall_bench_forge::Forge;

use crate::timeline::site::Site;

#[test]
fn pushed_over_http_with_the_users_login() {
    let forge = Forge::shared();
    let ada = forge.user("ada");
    let repository = forge.repository(&ada);
    let site = Site::plain("rollback-forge");
    let site = Site { work: site.work.replace(&repository.http_url(), "$URL"), ..site };
    let url = repository.http_url();
    let landfall = |args: &[&str]| {
        let mut command = site.command(args);
        command.envs(ada.git_env());
        site.work.ran(&command.output().unwrap())
    };
    let push = || {
        let mut git = std::process::Command::new("git");
        git.args(["push", "--quiet", "--set-upstream", "origin", "main"]).current_dir(site.work.dir());
        assert!(git.envs(ada.git_env()).env("GIT_CONFIG_GLOBAL", "/dev/null").status().unwrap().success());
    };
    for (level, subject) in [("info", "Open the shop"), ("debug", "Tell more")] {
        site.settings("level", level).commit(subject);
    }
    site.work.git(&["remote", "add", "origin", &url]);
    site.work.git(&["config", "user.name", "Ada"]);
    site.work.git(&["config", "user.email", "ada@example.com"]);
    push();
    landfall(&["deploy", "prod"]).success();
    let ran = landfall(&["rollback", "prod"]);
    assert!(!ran.snapshot().contains(ada.token()));
    insta::assert_snapshot!(crate::timeline::steady(&ran.snapshot()), @r#"
    ~ update  configmap/level  base/level.yaml:1:1

    1 to update

    configmap/level
        data[level]
          - "debug"
          + "info"
    --- stderr ---
    Fetching $URL
    Undoing on main:
      527444c Tell more

    458bfd1 is now the tip of main of $URL
    Your clone does not have it yet: `git pull`
    Deploying prod at 458bfd1 (Revert "Tell more")
    Live since [TIME] ([N] s): 1 updated
    --- exit status 0 ---
    "#);
    assert_eq!(site.live("level"), "info");
    let folder = repository.folder().display().to_string();
    let subject = site.work.git(&["--git-dir", &folder, "log", "--format=%an: %s", "-1", "main"]);
    assert_eq!(subject, "Ada: Revert \"Tell more\"");

    // A branch that may not be pushed to: refused, and nothing is deployed.
    repository.protect("main");
    let tip = repository.tip("main");
    let ran = landfall(&["rollback", "prod"]);
    assert_eq!(
        (ran.status, repository.tip("main"), site.live("level").as_str()),
        (1, tip, "info"),
        "{}",
        ran.snapshot()
    );
    assert!(ran.stderr.contains("protected") && ran.stderr.contains("hint: "), "{}", ran.snapshot());
}
