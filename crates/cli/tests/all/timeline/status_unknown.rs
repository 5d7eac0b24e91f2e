//! What is live where the journal or the cluster does not answer.

use super::site::Site;

#[test]
fn a_journal_that_is_down_hides_nothing_that_the_cluster_knows() {
    let site = Site::plain("timeline-down");
    site.settings("level", "info").commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    let journal = "postgres://ada:hunter2@127.0.0.1:1/landfall";
    insta::assert_snapshot!(site.shown(&["status", "--journal", journal]), @"
    prod is at 75c3865, applied hh:mm:ss
    on context admin ($SERVER)

      it has no workloads
    --- stderr ---
    warning: PostgreSQL cannot be reached for the journal postgres://ada@127.0.0.1:1/landfall: Connection refused (os error 111): what only the journal knows is left out
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(site.shown(&["history", "--journal", journal]), @"
    --- stderr ---
    error: PostgreSQL cannot be reached for the journal postgres://ada@127.0.0.1:1/landfall: Connection refused (os error 111)
    hint: Check that the server runs and that its address and port are right
    --- exit status 1 ---
    ");
    site.settings("level", "debug").commit("Tell more");
    insta::assert_snapshot!(site.shown(&["deploy", "--journal", journal]), @"
    --- stderr ---
    Deploying prod at 8117592 (Tell more)
    to context admin ($SERVER), namespace timeline-down

    error: PostgreSQL cannot be reached for the journal postgres://ada@127.0.0.1:1/landfall: Connection refused (os error 111)
    hint: Check that the server runs and that its address and port are right
    --- exit status 1 ---
    ");
    assert_eq!(site.live("level"), "info");
}

#[test]
fn a_cluster_that_is_down_hides_nothing_that_the_journal_knows() {
    let site = Site::plain("timeline-out");
    site.settings("level", "info").commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    let config = std::fs::read_to_string(site.cluster.kubeconfig()).unwrap();
    assert!(config.contains(&site.cluster.url()));
    // The proxy of this process answers nothing.
    let shown = |args: &[&str]| {
        let mut command = site.command(args);
        command.env("HTTPS_PROXY", "http://127.0.0.1:1").env("https_proxy", "http://127.0.0.1:1");
        super::steady(&site.work.ran(&command.output().unwrap()).snapshot())
    };
    insta::assert_snapshot!(shown(&["history"]), @"
    hh:mm:ss  live  prod 571f553 Open the shop
        by Ada, deploy by ada@$HOST, 1 created, live after [N] s
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(shown(&["status"]), @"
    --- stderr ---
    error: context admin ($SERVER) cannot be reached: Connection refused (os error 111)
    hint: check the address in the kubeconfig, the network and the VPN: kubectl cluster-info
    --- exit status 1 ---
    ");
}

#[test]
fn a_target_that_is_away_does_not_hide_the_others() {
    let site = Site::plain("timeline-away");
    let config = std::fs::read_to_string(site.work.dir().join("landfall.yaml")).unwrap();
    let dogfood = "  dogfood: {branch: main, paths: [base], target: {docker: {host: 'unix:///nowhere/docker.sock'}}}\n";
    site.work.write("landfall.yaml", &(config + dogfood));
    site.settings("level", "info").commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    insta::assert_snapshot!(site.shown(&["status"]), @r"
    prod is at fc50cc8 (Open the shop), applied hh:mm:ss
    on context admin ($SERVER)

      it has no workloads
    --- stderr ---
    warning: dogfood: No Docker engine is running at unix:///nowhere/docker.sock: there is no such socket
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(site.shown(&["history"]), @r"
    --- stderr ---
    error: landfall.yaml has several environments: dogfood, prod
    hint: name one
    --- exit status 1 ---
    ");
}
