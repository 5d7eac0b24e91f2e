//! While an environment is paused, nothing is deployed to it.

use super::{CONFIG, Serving, history, level, live_level, open, without_revisions};
use crate::{rollback::remote::Remote, shop::Shop, timeline::steady};

/// Runs `landfall` and gives all that is printed, the same in every run.
fn shown(shop: &Shop<'_>, args: &[&str]) -> String {
    let text = without_revisions(&steady(&shop.landfall(args).snapshot()));
    // The year is left out while it lasts.
    text.replace("2026-01-02 03:04", "2 Jan 03:04")
}

#[test]
fn nothing_is_deployed_before_it_is_resumed() {
    let shop = open();
    shop.work.git(&["config", "user.name", "Ada"]);
    shop.work.git(&["config", "user.email", "ada@example.com"]);
    let serving = Serving::start_with(&shop, &["--listen", "127.0.0.1:0"]);
    serving.until("Live: 1 created");
    insta::assert_snapshot!(shown(&shop, &["pause", "prod", "--reason", "Moving the  database"]), @r"
    --- stderr ---
    prod is paused: nothing is deployed to it before `landfall resume prod`
    [0] is now the tip of main
    --- exit status 0 ---
    ");
    serving.until("Pause prod: Moving the database) is not deployed");
    level(&shop, "debug");
    shop.work.commit("Tell more");
    serving.until("(Tell more) is not deployed");
    assert_eq!(live_level(&shop), "info");
    serving.until_page("/", "Nothing is deployed to prod: it is paused since");
    serving.until_page("/metrics", "environment=\"prod\"} 1.0\n# HELP landfall_environment_since_timestamp_seconds");
    let api = serving.get("/api/v1/environments");
    assert!(api.contains(r#""paused":{"reason":"Moving the database","until":null,"since":"2026-01-02T03:04:05.000Z","by":"Ada","fault":null}"#), "{api}");
    // One that begins while it is paused knows what was live before, and deploys nothing either.
    let said = serving.end();
    let serving = Serving::start_with(&shop, &["--listen", "127.0.0.1:0"]);
    serving.until("(Tell more) is not deployed").until_page("/", "Open the shop");
    // By hand it is refused, unless that is meant.
    insta::assert_snapshot!(shown(&shop, &["deploy", "prod"]), @r"
    --- stderr ---
    error: prod is paused since 2 Jan 03:04 by Ada: Moving the database
    Nothing was deployed
    hint: ask who paused it, or end the pause by a commit: `landfall resume prod`
    hint: to deploy all the same, and leave it paused: --while-paused
    --- exit status 4 ---
    ");
    insta::assert_snapshot!(shown(&shop, &["rollback", "prod"]), @r"
    --- stderr ---
    error: prod is paused since 2 Jan 03:04 by Ada: Moving the database
    Nothing was deployed
    hint: ask who paused it, or end the pause by a commit: `landfall resume prod`
    hint: to deploy all the same, and leave it paused: --while-paused
    hint: to push the revert commit, for when the pause is over: --no-deploy
    --- exit status 4 ---
    ");
    insta::assert_snapshot!(shown(&shop, &["status", "prod"]), @r"
    prod is at [0] (Open the shop), applied hh:mm:ss
    on context admin ($SERVER)
    prod is paused since 2 Jan 03:04 by Ada: Moving the database

      it has no workloads
    --- exit status 0 ---
    ");
    assert_eq!(live_level(&shop), "info");
    let warning =
        "warning: prod is paused since 2 Jan 03:04 by Ada: Moving the database; nothing is deployed before that ends\n";
    for args in [&["plan", "prod"][..], &["deploy", "prod", "--dry-run=server"]] {
        let said = shown(&shop, args);
        assert!(said.contains(warning) && said.contains("1 to update"), "{said}");
    }
    insta::assert_snapshot!(shown(&shop, &["deploy", "prod", "--while-paused"]), @r#"
    ~ update  configmap/settings  base/settings.yaml:1:1

    1 to update

    configmap/settings
        data[level]
          - "info"
          + "debug"
    --- stderr ---
    warning: prod is paused since 2 Jan 03:04 by Ada: Moving the database
    Deploying prod at [0] (Tell more)
    to context admin ($SERVER), namespace $NS

    Live since [TIME] ([N] s): 1 updated
    --- exit status 0 ---
    "#);
    assert_eq!(live_level(&shop), "debug");
    level(&shop, "warn");
    shop.work.commit("Warn");
    serving.until("(Warn) is not deployed");
    insta::assert_snapshot!(shown(&shop, &["resume", "prod"]), @r"
    --- stderr ---
    prod is not paused any more: `landfall serve` makes the newest commit live
    [0] is now the tip of main
    --- exit status 0 ---
    ");
    serving.until("Live: 1 updated");
    assert_eq!(live_level(&shop), "warn");
    assert_eq!(shop.work.git(&["diff", "HEAD~4", "HEAD", "--", "landfall.yaml"]), "", "not a byte has changed");
    let again = serving.end();
    insta::assert_snapshot!(without_revisions(&said).lines().filter(|line| !line.starts_with("Answers")).collect::<Vec<_>>().join("\n"), @r"
    prod: follows the branch main
    prod: deploying [0] (Open the shop, Ada)
    prod: 1 to create
    prod: [0]: Live: 1 created
    warning: prod is paused since 2 Jan 03:04 by Ada: Moving the database
    [1] (Pause prod: Moving the database) is not deployed
    warning: prod is paused since 2 Jan 03:04 by Ada: Moving the database
    [2] (Tell more) is not deployed
    Ending once what is being written is written
    Ended; what was being written is written
    ");
    insta::assert_snapshot!(without_revisions(&again).lines().filter(|line| !line.starts_with("Answers")).collect::<Vec<_>>().join("\n"), @r"
    prod: follows the branch main
    warning: prod is paused since 2 Jan 03:04 by Ada: Moving the database
    [0] (Tell more) is not deployed
    warning: prod is paused since 2 Jan 03:04 by Ada: Moving the database
    [1] (Warn) is not deployed
    prod is not paused any more
    prod: deploying [2] (Resume prod, Ada)
    prod: 1 to update
    prod: [2]: Live: 1 updated
    Ending once what is being written is written
    Ended; what was being written is written
    ");
    insta::assert_snapshot!(history(&shop), @r"
    hh:mm:ss  live  prod [0] Resume prod
        by Ada, serve by ada@$HOST, 1 updated, live after [N] s
    hh:mm:ss  live  prod [1] Tell more
        by Ada, deploy by ada@$HOST, 1 updated, live after [N] s
    hh:mm:ss  live  prod [2] Open the shop
        by Ada, serve by ada@$HOST, 1 created, live after [N] s
    ");
    insta::assert_snapshot!(shown(&shop, &["resume", "prod"]), @r"
    --- stderr ---
    prod is not paused; nothing was committed
    --- exit status 0 ---
    ");
}

#[test]
fn it_goes_on_by_itself_when_the_time_has_come() {
    let shop = open();
    let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(4)).to_string();
    shop.write(
        "landfall.yaml",
        &CONFIG.replace("    paths", &format!("    paused: {{reason: Lunch, until: '{until}'}}\n    paths")),
    );
    shop.work.commit("Pause for lunch");
    let serving = Serving::start(&shop);
    serving.until("Lunch").until("is not paused any more").until("Live: 1 created");
    let said = serving.end();
    assert_eq!(said.matches("warning: ").count(), 1, "{said}");
    let deployed = jiff::Timestamp::now();
    assert!(deployed.to_string() > until, "not before its time");
}

#[test]
fn a_broken_configuration_does_not_end_a_pause() {
    let shop = open();
    let paused = CONFIG.replace("    paths", "    paused: {reason: Lunch}\n    paths");
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    shop.write("landfall.yaml", &paused);
    shop.work.commit("Pause");
    serving.until("(Pause) is not deployed");
    level(&shop, "debug");
    shop.write("landfall.yaml", &paused.replace("paused:", "pawsed:"));
    shop.work.commit("Break it");
    serving
        .until("(Break it) is not deployed")
        .until("so that of before counts: landfall.yaml:5:5: The field `pawsed` is unknown");
    assert_eq!(live_level(&shop), "info");
    shop.write("landfall.yaml", CONFIG);
    shop.work.commit("Resume");
    serving.until("prod is not paused any more").until("Live: 1 updated");
    serving.end();
}

#[test]
fn one_pass_says_that_it_is_paused_and_that_nothing_is_live() {
    let shop = open();
    shop.write("landfall.yaml", &CONFIG.replace("    paths", "    paused: {reason: Lunch}\n    paths"));
    shop.work.commit("Pause");
    let repo = shop.work.dir().display().to_string();
    insta::assert_snapshot!(shown(&shop, &["serve", "--once", "--repo", &repo]), @r"
    --- stderr ---
    prod: follows the branch main
    warning: prod is paused since 2 Jan 03:04 by Ada: Lunch
    [0] (Pause) is not deployed
    --- exit status 1 ---
    ");
}

#[test]
fn a_pause_that_was_pushed_counts_before_it_is_pulled() {
    let remote = Remote::with_two_deploys("paused-remote");
    let paused = remote.shown(&["pause", "--reason", "It's late", "--until", "2126-01-01T00:00:00Z"]);
    assert!(paused.contains("prod is paused until 21") && paused.contains("git pull"), "{paused}");
    assert_eq!(
        remote.git(&["log", "-1", "--format=%an: %B", "main"]).trim(),
        "Ada: Pause prod: It's late\n\nUntil 2126-01-01T00:00:00Z."
    );
    insta::assert_snapshot!(remote.git(&["show", "--format=", "main"]).lines().skip(4).collect::<Vec<_>>().join("\n"), @r"
    @@ -1,3 +1,3 @@
     name: shop
     environments:
    -  prod: {branch: main, paths: [base], target: {kubernetes: {namespace: paused-remote}}}
    +  prod: {branch: main, paths: [base], target: {kubernetes: {namespace: paused-remote}}, paused: {reason: 'It''s late', until: '2126-01-01T00:00:00Z'}}
    ");
    let refused = remote.shown(&["deploy", "prod"]);
    assert!(refused.contains("It's late") && refused.contains("exit status 4"), "{refused}");
    // What others pushed meanwhile is built upon.
    remote.site.work.git(&["pull", "--quiet", "--ff-only"]);
    remote.site.settings("other", "info").commit("Open another");
    remote.push();
    insta::assert_snapshot!(remote.shown(&["resume", "prod"]), @r"
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    prod is not paused any more: `landfall serve` makes the newest commit live
    855e6e4 is now the tip of main of file://$ROOT/srv/shop.git
    Your clone does not have it yet: `git pull`
    --- exit status 0 ---
    ");
    // The end of the pause counts before it is pulled, too.
    remote.deploy();
}

#[test]
fn a_file_that_cannot_be_changed_is_refused_with_its_line() {
    let shop = open();
    shop.write("landfall.yaml", &CONFIG.replace("  prod:", "  test: &all").replace("$NS}", "$NS}\n  prod: *all"));
    shop.work.commit("Share it");
    insta::assert_snapshot!(shown(&shop, &["pause", "prod", "--reason", "Lunch"]), @r"
    --- stderr ---
    error: `paused` cannot be changed alone in this notation
     --> landfall.yaml:8:3
      |
    8 |   prod: *all
      |   ^^^^
      |
      = help: Write it by hand, as a field of 'prod': `paused: {reason: 'Lunch'}`

    error: landfall.yaml of main ([0]) is not changed; nothing was committed
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(shown(&shop, &["pause", "prod", "--reason", " "]), @r"
    --- stderr ---
    error: The reason is empty
    hint: say in a few words why: --reason 'Moving the database'
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(shown(&shop, &["pause", "prod", "--reason", "Lunch", "--until", "2020-01-01T00:00:00Z"]), @r"
    --- stderr ---
    error: [TIME] is over already
    hint: name a time to come, such as 2h (from now)
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(shown(&shop, &["pause", "stage", "--reason", "Lunch"]), @r"
    --- stderr ---
    error: landfall.yaml has no environment 'stage'
    hint: it has: prod, test
    --- exit status 1 ---
    ");
}
