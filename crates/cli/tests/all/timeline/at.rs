//! What was live at a moment.

use super::{site::Site, steady};

#[test]
fn what_was_live_then() {
    let site = Site::with_pods("timeline-at");
    let began = "2026-01-01T00:00:00Z";
    site.settings("level", "info").web("shop/web:1.0").workload("api", "shop/api:1.0", "").commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    site.web("shop/web:1.1").commit("Update web");
    site.landfall(&["deploy", "prod"]).success();
    site.remove("api").commit("Close the api");
    site.landfall(&["deploy", "prod"]).success();

    let page = site.json(&["history", "prod"]);
    let live = |number: usize| page["deploys"][number]["deploy"]["live"].as_str().unwrap().to_owned();
    let before = |time: &str| {
        let time: jiff::Timestamp = time.parse().unwrap();
        (time - jiff::SignedDuration::from_millis(1)).to_string()
    };
    let [third, second, first] = [0, 1, 2].map(live);
    let shown = |at: &str| site.shown(&["history", "prod", "--at", at]);
    insta::assert_snapshot!(shown(began), @"");
    insta::assert_snapshot!(shown(&first), @"");
    insta::assert_snapshot!(shown(&second), @"");
    assert_eq!(shown(&before(&second)).replace("[TIME]", ""), shown(&first).replace("[TIME]", ""));
    insta::assert_snapshot!(shown(&third), @"");
    assert_eq!(shown("0s"), shown(&third), "now");
    insta::assert_snapshot!(shown("tea time"), @"");
    insta::assert_snapshot!(site.shown(&["history", "prod", "web", "--at", "14:32"]), @"");
    let json = site.landfall(&["history", "prod", "--at", &third, "-o", "json"]).success();
    insta::assert_snapshot!(steady(&json.stdout), @"");
}
