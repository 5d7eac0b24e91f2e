//! What was live at a moment.

use super::{site::Site, steady};

#[test]
fn what_was_live_then() {
    let site = Site::with_pods("timeline-at");
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
    let nothing = shown("2026-01-01T00:00:00Z");
    assert!(nothing.contains(": the journal knows of nothing that was live then\n"), "{nothing}");
    insta::assert_snapshot!(shown(&first), @"
    hh:mm:ss: prod was at 2a8b2da (Open the shop)
      deployment/api  shop/api:1.0  since hh:mm:ss, from 2a8b2da
      deployment/web  shop/web:1.0  since hh:mm:ss, from 2a8b2da
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(shown(&second), @"
    hh:mm:ss: prod was at 5cc5cfe (Update web)
      deployment/api  shop/api:1.0  since hh:mm:ss, from 2a8b2da
      deployment/web  shop/web:1.1  since hh:mm:ss, from 5cc5cfe
    --- exit status 0 ---
    ");
    assert_eq!(shown(&before(&second)).replace("[TIME]", ""), shown(&first).replace("[TIME]", ""));
    insta::assert_snapshot!(shown(&third), @"
    hh:mm:ss: prod was at 06e16f0 (Close the api)
      deployment/web  shop/web:1.1  since hh:mm:ss, from 5cc5cfe
    --- exit status 0 ---
    ");
    assert_eq!(shown("0s"), shown(&third), "now");
    insta::assert_snapshot!(shown("tea time"), @"
    --- stderr ---
    error: 'tea time' is no time
    hint: write 14:32, 2026-11-24 14:32, 3h (ago) or [TIME]
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(site.shown(&["history", "prod", "web", "--at", "14:32"]), @"
    --- stderr ---
    error: the argument '[SERVICE]' cannot be used with '--at <TIME>'

    Usage: landfall history <ENVIRONMENT> <SERVICE>

    For more information, try '--help'.
    --- exit status 1 ---
    ");
    let json = site.landfall(&["history", "prod", "--at", &third, "-o", "json"]).success();
    insta::assert_snapshot!(steady(&json.stdout), @r#"
    {
      "apiVersion": "landfall.dev/v1",
      "kind": "LiveAt",
      "at": "[TIME]",
      "deploy": {
        "id": "[ID]",
        "place": {
          "target": "$SERVER",
          "namespace": "timeline-at",
          "record": "landfall-shop-3005fe85"
        },
        "environment": "prod",
        "target": "context admin ($SERVER)",
        "cause": "deploy",
        "askedBy": "ada@$HOST",
        "repository": null,
        "revision": "06e16f08b3fe968b94b6c723af6804232c5088c6",
        "author": "Ada",
        "subject": "Close the api",
        "message": null,
        "previousRevision": "5cc5cfe0a2b93915bc5f3ce6bbac7c5e710043e8",
        "isOlder": false,
        "committed": "[TIME]",
        "detected": "[TIME]",
        "firstWrite": "[TIME]",
        "applied": "[TIME]",
        "live": "[TIME]",
        "ended": "[TIME]",
        "outcome": "live",
        "reason": null,
        "endedBy": null,
        "resumes": 0
      },
      "services": [
        {
          "workload": {
            "group": "apps",
            "kind": "Deployment",
            "namespace": "timeline-at",
            "name": "web"
          },
          "since": "[TIME]",
          "deploy": "[ID]",
          "revision": "5cc5cfe0a2b93915bc5f3ce6bbac7c5e710043e8",
          "images": [
            {
              "container": "web",
              "image": "shop/web:1.1",
              "digest": null,
              "since": "[TIME]",
              "deploy": "[ID]",
              "revision": "5cc5cfe0a2b93915bc5f3ce6bbac7c5e710043e8"
            }
          ]
        }
      ]
    }
    "#);
}
