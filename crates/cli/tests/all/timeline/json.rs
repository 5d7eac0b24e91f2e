//! The timeline for programs has everything.

use super::{site::Site, steady};

#[test]
fn a_deploy_with_all_its_times_and_changes() {
    let site = Site::with_pods("timeline-json");
    let image = format!("shop/web:1.0@sha256:{}", "0123456789abcdef".repeat(4));
    site.settings("level", "info").web(&image).commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    let printed = site.landfall(&["history", "prod", "-o", "json"]).success();
    insta::assert_snapshot!(steady(&printed.stdout), @r#"
    {
      "apiVersion": "landfall.dev/v1",
      "kind": "History",
      "deploys": [
        {
          "deploy": {
            "id": "[ID]",
            "place": {
              "target": "$SERVER",
              "namespace": "timeline-json",
              "record": "landfall-shop-3005fe85"
            },
            "environment": "prod",
            "target": "context admin ($SERVER)",
            "cause": "deploy",
            "askedBy": "ada@$HOST",
            "repository": null,
            "revision": "02cbabf98272f912cfa47384e8d9f7a000bf4e0a",
            "author": "Ada",
            "subject": "Open the shop",
            "message": null,
            "previousRevision": null,
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
          "counts": {
            "create": 2,
            "update": 0,
            "replace": 0,
            "repair": 0,
            "prune": 0,
            "keep": 0,
            "failed": 0,
            "planned": 0
          },
          "objects": [
            {
              "object": {
                "group": "",
                "kind": "ConfigMap",
                "namespace": "timeline-json",
                "name": "level"
              },
              "action": "create",
              "fields": "",
              "place": "base/level.yaml:1:1",
              "state": "done",
              "at": "[TIME]",
              "error": null
            },
            {
              "object": {
                "group": "apps",
                "kind": "Deployment",
                "namespace": "timeline-json",
                "name": "web"
              },
              "action": "create",
              "fields": "",
              "place": "base/web.yaml:1:1",
              "state": "done",
              "at": "[TIME]",
              "error": null
            }
          ],
          "services": [
            {
              "group": "apps",
              "kind": "Deployment",
              "namespace": "timeline-json",
              "name": "web"
            }
          ],
          "images": [
            {
              "workload": {
                "group": "apps",
                "kind": "Deployment",
                "namespace": "timeline-json",
                "name": "web"
              },
              "container": "web",
              "before": null,
              "after": "shop/web:1.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
              "digest": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            }
          ]
        }
      ],
      "next": null,
      "seen": []
    }
    "#);
    // In order, and by the same clock or the cluster's on the same machine.
    let page = site.json(&["history", "prod"]);
    let time = |field: &str| page["deploys"][0]["deploy"][field].as_str().unwrap().to_owned();
    let times = ["committed", "detected", "firstWrite", "applied", "live"].map(time);
    assert!(times.is_sorted(), "{times:?}");
    let printed = site.landfall(&["status", "prod", "-o", "json"]).success();
    insta::assert_snapshot!(steady(&printed.stdout), @r#"
    {
      "apiVersion": "landfall.dev/v1",
      "kind": "Status",
      "environments": [
        {
          "name": "prod",
          "live": true,
          "paused": null,
          "target": "context admin ($SERVER)",
          "revision": "02cbabf98272f912cfa47384e8d9f7a000bf4e0a",
          "applied": "[TIME]",
          "deploying": null,
          "last": {
            "id": "[ID]",
            "place": {
              "target": "$SERVER",
              "namespace": "timeline-json",
              "record": "landfall-shop-3005fe85"
            },
            "environment": "prod",
            "target": "context admin ($SERVER)",
            "cause": "deploy",
            "askedBy": "ada@$HOST",
            "repository": null,
            "revision": "02cbabf98272f912cfa47384e8d9f7a000bf4e0a",
            "author": "Ada",
            "subject": "Open the shop",
            "message": null,
            "previousRevision": null,
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
              "rollout": {
                "id": {
                  "group": "apps",
                  "kind": "Deployment",
                  "namespace": "timeline-json",
                  "name": "web"
                },
                "state": "live",
                "sentence": "1 of 1 pods are ready",
                "progress": {
                  "ready": 1,
                  "total": 1
                },
                "wanted": {
                  "web": "shop/web:1.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                },
                "images": {
                  "web": [
                    {
                      "image": "shop/web:1.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                      "id": "shop/web:1.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                      "digest": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                    }
                  ]
                },
                "liveSince": "[TIME]"
              },
              "since": "[TIME]",
              "revision": "02cbabf98272f912cfa47384e8d9f7a000bf4e0a"
            }
          ],
          "drift": [],
          "seen": [],
          "warnings": []
        }
      ]
    }
    "#);
}
