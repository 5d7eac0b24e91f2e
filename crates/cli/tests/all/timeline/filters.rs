//! Parts of the timeline, and forgetting.

use super::site::Site;

/// Four deploys of two services.
fn site(namespace: &str) -> Site {
    let site = Site::with_pods(namespace);
    site.web("shop/web:1").workload("api", "shop/api:1", "").commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    site.web("shop/web:2").commit("Update web");
    site.landfall(&["deploy", "prod"]).success();
    site.workload("api", "shop/api:2", "").commit("Update api");
    site.landfall(&["deploy", "prod"]).success();
    site.settings("level", "info").commit("Tell more");
    site.landfall(&["deploy", "prod"]).success();
    site
}

/// The subjects of the deploys that are listed.
fn subjects(site: &Site, args: &[&str]) -> String {
    let page = site.json(&[&["history", "prod"], args].concat());
    let deploys = page["deploys"].as_array().unwrap().iter();
    deploys.map(|entry| entry["deploy"]["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(", ")
}

#[test]
fn by_service_by_time_and_by_number() {
    let site = site("timeline-filters");
    let page = site.json(&["history", "prod"]);
    let detected = |number: usize| page["deploys"][number]["deploy"]["detected"].as_str().unwrap().to_owned();
    for (args, expected) in [
        (&[][..], "Tell more, Update api, Update web, Open the shop"),
        (&["web"], "Update web, Open the shop"),
        (&["deployment/api"], "Update api, Open the shop"),
        (&["statefulset/api"], ""),
        (&["level"], ""),
        (&["--limit", "2"], "Tell more, Update api"),
        (&["web", "--limit", "1"], "Update web"),
        (&["--since", &detected(1)], "Tell more, Update api"),
        (&["--until", &detected(1)], "Update web, Open the shop"),
        (&["--since", &detected(2), "--until", &detected(0)], "Update api, Update web"),
        (&["--since", "1h"], "Tell more, Update api, Update web, Open the shop"),
        (&["--until", "1h ago"], ""),
        (&["--since", "11:00"], "Tell more, Update api, Update web, Open the shop"),
        (&["--until", "2026-01-01 00:00"], ""),
    ] {
        assert_eq!(subjects(&site, args), expected, "{args:?}");
    }
    // Page by page.
    let first = site.json(&["history", "prod", "--limit", "3"]);
    let cursor = first["next"].as_str().unwrap();
    assert_eq!(subjects(&site, &["--limit", "3", "--cursor", cursor]), "Open the shop");
    insta::assert_snapshot!(site.shown(&["history", "prod", "--limit", "1"]), @"
    hh:mm:ss  live  prod ce84ba9 Tell more
        by Ada, deploy by ada@$HOST, 1 created, live after [N] s
    --- stderr ---
    There are more: --limit, --since, --until
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(site.shown(&["history", "prod", "db"]), @"
    --- stderr ---
    The journal $ROOT/home/.local/state/landfall/journal.db has no such deploys of prod
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(site.shown(&["history", "prod", "--cursor", "4711"]), @"
    --- stderr ---
    error: `4711` is not the end of a page of deploys
    hint: Pass what the page before said to pass
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(site.shown(&["history", "prod", "--since", "yesterday"]), @"
    --- stderr ---
    error: 'yesterday' is no time
    hint: write 14:32, 2026-11-24 14:32, 3h (ago) or [TIME]
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(site.shown(&["history", "test"]), @"
    --- stderr ---
    error: landfall.yaml has no environment 'test'
    hint: it has: prod
    --- exit status 1 ---
    ");
}

#[test]
fn only_prune_before_forgets_and_never_what_is_live() {
    let site = site("timeline-prune");
    site.workload("api", "shop/api:3", ", bench.landfall.dev/fate: unready").commit("Break the api");
    assert_eq!(site.landfall(&["deploy", "prod", "--timeout", "2s"]).status, 3);
    let status = site.shown(&["status", "prod"]);
    insta::assert_snapshot!(site.shown(&["history", "--prune-before", "1h"]), @"
    --- stderr ---
    0 deploys were removed from the journal $ROOT/home/.local/state/landfall/journal.db
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(site.shown(&["history", "--prune-before", "0s"]), @"
    --- stderr ---
    4 deploys were removed from the journal $ROOT/home/.local/state/landfall/journal.db
    --- exit status 0 ---
    ");
    // The newest that was live stays; what is live now is known as before, from whichever deploy it came.
    assert_eq!(subjects(&site, &[]), "Tell more");
    assert_eq!(site.landfall(&["history", "prod", "--prune-before", "0s"]).status, 1, "it is for all environments");
    let after = site.shown(&["status", "prod"]);
    let services = |status: &str| status.lines().filter(|line| line.contains("  shop/")).collect::<Vec<_>>().join("\n");
    assert_eq!(services(&after), services(&status));
}
