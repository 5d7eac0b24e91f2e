//! To programs: webhooks, Grafana and the forges.

use super::{
    super::super::{
        grafana,
        status::{self, Forge},
        webhook,
    },
    *,
};

#[test]
fn to_any_program() {
    let body = |kind| {
        let event = event(kind);
        webhook::body(&event, &told(&event))
    };
    insta::assert_snapshot!(pretty(&body(EventKind::ServiceLive)), @r#"
    {
      "data": {
        "context": {
          "chainId": "01kb0000000000000000000000",
          "id": "01kb1111111111111111111111",
          "source": "/landfall/production",
          "timestamp": "2026-11-25T14:32:05.000Z",
          "type": "dev.cdevents.service.upgraded.0.3.0",
          "version": "0.5.0"
        },
        "customData": {
          "event": {
            "at": "2026-11-25T14:32:05.000Z",
            "content": {
              "deploy": {
                "applied": null,
                "askedBy": "landfall@host",
                "author": "Ada <ada@example.com>",
                "cause": "serve",
                "committed": null,
                "detected": "2026-11-25T14:30:00.000Z",
                "ended": null,
                "endedBy": null,
                "environment": "production",
                "firstWrite": "2026-11-25T14:31:00.000Z",
                "id": "01kb0000000000000000000000",
                "isOlder": false,
                "live": null,
                "message": null,
                "outcome": "running",
                "place": {
                  "namespace": "prod",
                  "record": "landfall-shop",
                  "target": "https://cluster"
                },
                "previousRevision": null,
                "reason": null,
                "repository": "https://github.com/team/shop.git",
                "resumes": 0,
                "revision": "9f8e7d69f8e7d69f8e7d69f8e7d69f8e7d6abcde",
                "subject": "Fix <!channel> @everyone **now** [x](http://evil) <script>alert(1)</script> ```",
                "target": "context prod"
              },
              "facts": [],
              "failingSince": null,
              "images": [
                {
                  "after": "registry:5000/team/gitserver:d4e5f6",
                  "before": "registry:5000/team/gitserver:a1b2c3",
                  "container": "gitserver",
                  "digest": "sha256:0b31",
                  "workload": {
                    "group": "apps",
                    "kind": "StatefulSet",
                    "name": "gitserver",
                    "namespace": "prod"
                  }
                }
              ],
              "rollouts": [
                {
                  "live": "2026-11-25T14:32:00.000Z",
                  "ready": 3,
                  "sentence": "live",
                  "started": "2026-11-25T14:32:00.000Z",
                  "state": "live",
                  "total": 3,
                  "updated": "2026-11-25T14:32:00.000Z",
                  "workload": {
                    "group": "apps",
                    "kind": "StatefulSet",
                    "name": "gitserver",
                    "namespace": "prod"
                  }
                }
              ],
              "service": {
                "group": "apps",
                "kind": "StatefulSet",
                "name": "gitserver",
                "namespace": "prod"
              },
              "unwritten": 0,
              "written": {
                "update": 1
              }
            },
            "environment": "production",
            "id": "01kb1111111111111111111111",
            "kind": "serviceLive",
            "repository": "https://github.com/team/shop.git"
          },
          "url": "https://landfall.example.com/deploys/01kb0000000000000000000000"
        },
        "customDataContentType": "application/json",
        "subject": {
          "content": {
            "artifactId": "pkg:oci/gitserver@sha256%3A0b31?repository_url=registry:5000/team/gitserver&tag=d4e5f6",
            "environment": {
              "id": "production"
            }
          },
          "id": "prod/gitserver",
          "source": "/landfall/production",
          "type": "service"
        }
      },
      "datacontenttype": "application/json",
      "id": "01kb1111111111111111111111",
      "source": "/landfall/production",
      "specversion": "1.0",
      "subject": "prod/gitserver",
      "time": "2026-11-25T14:32:05.000Z",
      "type": "dev.cdevents.service.upgraded.0.3.0"
    }
    "#);
    let mut live = body(EventKind::Live);
    live["data"]["customData"] = "as above".into();
    insta::assert_snapshot!(pretty(&live), @r#"
    {
      "data": {
        "context": {
          "chainId": "01kb0000000000000000000000",
          "id": "01kb1111111111111111111111",
          "source": "/landfall/production",
          "timestamp": "2026-11-25T14:32:05.000Z",
          "type": "dev.cdeventsx.landfall-deploy.live.0.1.0",
          "version": "0.5.0"
        },
        "customData": "as above",
        "customDataContentType": "application/json",
        "subject": {
          "content": {
            "environment": {
              "id": "production"
            },
            "text": "gitserver a1b2c3 -> d4e5f6 is live in production since 14:32 UTC, 3 of 3 pods, by 9f8e7d6 (Ada, Fix <!channel> @everyone **now** [x](http://evil) <script>alert(1)</script> ```)"
          },
          "id": "01kb0000000000000000000000",
          "source": "/landfall/production",
          "type": "landfall-deploy"
        }
      },
      "datacontenttype": "application/json",
      "id": "01kb1111111111111111111111",
      "source": "/landfall/production",
      "specversion": "1.0",
      "subject": "01kb0000000000000000000000",
      "time": "2026-11-25T14:32:05.000Z",
      "type": "dev.cdeventsx.landfall-deploy.live.0.1.0"
    }
    "#);
    // Source of the example: RFC 4231, test case 2.
    let signature = webhook::signature(b"Jefe", b"what do ya want for nothing?");
    assert_eq!(signature, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

#[test]
fn to_grafana() {
    let body = |kind| {
        let event = event(kind);
        pretty(&grafana::body(&event, &told(&event)))
    };
    insta::assert_snapshot!(body(EventKind::Began), @r#"
    {
      "tags": [
        "landfall",
        "deploy",
        "production",
        "began"
      ],
      "text": "9f8e7d6 (Ada, Fix &lt;!channel&gt; @everyone **now** [x](http://evil) &lt;script&gt;alert(1)&lt;/script&gt; ```) is being deployed to production<br><a href=\"https://landfall.example.com/deploys/01kb0000000000000000000000\">More about it</a>",
      "time": 1795617060000
    }
    "#);
    insta::assert_snapshot!(body(EventKind::Failed), @r#"
    {
      "tags": [
        "landfall",
        "deploy",
        "production",
        "failed"
      ],
      "text": "9f8e7d6 (Ada, Fix &lt;!channel&gt; @everyone **now** [x](http://evil) &lt;script&gt;alert(1)&lt;/script&gt; ```) will not become live in production<br>statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: &lt;b&gt;no disk&lt;/b&gt; ```<br><a href=\"https://landfall.example.com/deploys/01kb0000000000000000000000\">More about it</a>",
      "time": 1795617060000,
      "timeEnd": 1795617125000
    }
    "#);
}

#[test]
fn to_forges() {
    let states = |forge| {
        let state = |kind| {
            let event = event(kind);
            let body = status::body(forge, &event, &told(&event));
            assert!(body["description"].as_str().unwrap().chars().count() <= 140);
            format!("{kind}: {}", body["state"].as_str().unwrap())
        };
        let kinds = EventKind::ALL.into_iter().filter(|kind| !kind.is_standing());
        kinds.map(state).collect::<Vec<_>>().join(", ")
    };
    insta::assert_snapshot!(states(Forge::GitHub), @"began: pending, live: success, recovered: success, applied: success, refused: failure, failed: failure, superseded: error, stopped: error, interrupted: error, serviceLive: pending");
    insta::assert_snapshot!(states(Forge::GitLab), @"began: running, live: success, recovered: success, applied: success, refused: failed, failed: failed, superseded: canceled, stopped: canceled, interrupted: canceled, serviceLive: running");
    assert_eq!(states(Forge::GitHub), states(Forge::Gitea));
    let failed = event(EventKind::Failed);
    insta::assert_snapshot!(pretty(&status::body(Forge::GitHub, &failed, &told(&failed))), @r#"
    {
      "context": "landfall/production",
      "description": "9f8e7d6 will not become live in production: statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: <b>no disk</b> ```",
      "state": "failure",
      "target_url": "https://landfall.example.com/deploys/01kb0000000000000000000000"
    }
    "#);
}
