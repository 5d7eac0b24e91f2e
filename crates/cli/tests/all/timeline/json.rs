//! The timeline for programs has everything.

use super::{site::Site, steady};

#[test]
fn a_deploy_with_all_its_times_and_changes() {
    let site = Site::with_pods("timeline-json");
    let image = format!("shop/web:1.0@sha256:{}", "0123456789abcdef".repeat(4));
    site.settings("level", "info").web(&image).commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    let printed = site.landfall(&["history", "prod", "-o", "json"]).success();
    insta::assert_snapshot!(steady(&printed.stdout), @"");
    // In order, and by the same clock or the cluster's on the same machine.
    let page = site.json(&["history", "prod"]);
    let time = |field: &str| page["deploys"][0]["deploy"][field].as_str().unwrap().to_owned();
    let times = ["committed", "detected", "firstWrite", "applied", "live"].map(time);
    assert!(times.is_sorted(), "{times:?}");
    let printed = site.landfall(&["status", "prod", "-o", "json"]).success();
    insta::assert_snapshot!(steady(&printed.stdout), @"");
}
