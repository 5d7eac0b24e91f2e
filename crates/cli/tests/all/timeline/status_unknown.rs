//! What is live where the journal or the cluster does not answer.

use super::site::Site;

#[test]
fn a_journal_that_is_down_hides_nothing_that_the_cluster_knows() {
    let site = Site::plain("timeline-down");
    site.settings("level", "info").commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    let journal = "postgres://ada:hunter2@127.0.0.1:1/landfall";
    insta::assert_snapshot!(site.shown(&["status", "--journal", journal]), @"");
    insta::assert_snapshot!(site.shown(&["history", "--journal", journal]), @"");
    site.settings("level", "debug").commit("Tell more");
    insta::assert_snapshot!(site.shown(&["deploy", "--journal", journal]), @"");
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
    insta::assert_snapshot!(shown(&["history"]), @"");
    insta::assert_snapshot!(shown(&["status"]), @"");
}
