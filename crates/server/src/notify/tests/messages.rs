//! Whole messages: one text of an event, dressed for each service.

use std::collections::BTreeMap;

use landfall_core::{health::HealthState, object::ObjectId};
use landfall_deploy::config::notifications::EmailConfig;
use landfall_journal::{
    Cause, Content, Deploy, DeployId, Event, EventKind, ImageChange, ObjectAction, Outcome, Place, Rollout, Time,
};
use serde_json::Value;

use super::super::{
    discord, email, grafana, mattermost, slack,
    status::{self, Forge},
    story::{Story, story},
    teams, webhook,
};

/// What somebody might write to be heard by everybody, or to break a page.
const NASTY: &str = "Fix <!channel> @everyone **now** [x](http://evil) <script>alert(1)</script> ```";

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

fn workload(name: &str) -> ObjectId {
    ObjectId { group: "apps".into(), kind: "StatefulSet".into(), namespace: Some("prod".into()), name: name.into() }
}

fn image(name: &str, before: Option<&str>, after: Option<&str>) -> ImageChange {
    let of = |tag: &str| format!("registry:5000/team/{name}:{tag}");
    ImageChange {
        workload: workload(name),
        container: name.into(),
        before: before.map(of),
        after: after.map(of),
        digest: Some("sha256:0b31".into()),
    }
}

fn rollout(name: &str, ready: i64) -> Rollout {
    let now = at("2026-11-25T14:32:00Z");
    Rollout {
        workload: workload(name),
        state: HealthState::Live,
        ready: Some(ready),
        total: Some(3),
        sentence: "live".into(),
        started: now,
        updated: now,
        live: Some(now),
    }
}

/// An event of `gitserver` going from one version to another.
pub fn event(kind: EventKind) -> Event {
    let outcome = match kind {
        EventKind::Began | EventKind::ServiceLive => Outcome::Running,
        EventKind::Live | EventKind::Recovered => Outcome::Live,
        EventKind::Applied => Outcome::Applied,
        EventKind::Refused => Outcome::Blocked,
        EventKind::Failed => Outcome::Hopeless,
        EventKind::Superseded => Outcome::Superseded,
        EventKind::Stopped => Outcome::Stopped,
        EventKind::Interrupted => Outcome::Interrupted,
        // What was live before.
        _ => Outcome::Live,
    };
    let reason = match kind {
        EventKind::Failed => {
            Some("statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: <b>no disk</b> ```")
        }
        EventKind::Refused => Some("base/web.yaml:3: the image is missing"),
        EventKind::Superseded => Some("4f9d1c2 is being deployed by ada@laptop"),
        _ => None,
    };
    let id: DeployId = serde_json::from_str("\"01kb0000000000000000000000\"").unwrap();
    let deploy = Deploy {
        id,
        place: Place { target: "https://cluster".into(), namespace: "prod".into(), record: "landfall-shop".into() },
        environment: "production".into(),
        target: "context prod".into(),
        cause: Cause::Serve,
        asked_by: Some("landfall@host".into()),
        repository: Some("https://github.com/team/shop.git".into()),
        revision: Some("9f8e7d6".repeat(5) + "abcde"),
        author: Some("Ada <ada@example.com>".into()),
        subject: Some(NASTY.into()),
        message: None,
        previous_revision: None,
        is_older: false,
        committed: None,
        detected: at("2026-11-25T14:30:00Z"),
        first_write: Some(at("2026-11-25T14:31:00Z")),
        applied: None,
        live: None,
        ended: None,
        outcome,
        reason: reason.map(str::to_owned),
        ended_by: None,
        resumes: 0,
    };
    Event {
        id: "01kb1111111111111111111111".into(),
        kind,
        repository: "https://github.com/team/shop.git".into(),
        environment: "production".into(),
        at: at("2026-11-25T14:32:05Z"),
        content: Content {
            deploy,
            written: BTreeMap::from([(ObjectAction::Update, 1)]),
            unwritten: 0,
            images: vec![image("gitserver", Some("a1b2c3"), Some("d4e5f6"))],
            rollouts: vec![rollout("gitserver", 3)],
            failing_since: (kind == EventKind::Recovered).then(|| at("2026-11-25T13:00:00Z")),
            service: (kind == EventKind::ServiceLive).then(|| workload("gitserver")),
            facts: facts(kind),
        },
    }
}

fn facts(kind: EventKind) -> Vec<String> {
    let facts: &[&str] = match kind {
        EventKind::Drifted | EventKind::Fight => &["deployment/web: spec.replicas was changed by <!here> kubectl"],
        EventKind::Paused => &["paused since 14:32 by Ada: Moving the database"],
        _ => &[],
    };
    facts.iter().map(|fact| (*fact).to_owned()).collect()
}

pub fn told(event: &Event) -> Story {
    story(event, Some("https://landfall.example.com/"))
}

/// In one order, whether or not the JSON library keeps that of insertion, which other crates of a build decide.
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(&sorted(value)).unwrap()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let fields: BTreeMap<&String, Value> = map.iter().map(|(key, value)| (key, sorted(value))).collect();
            fields.into_iter().map(|(key, value)| (key.clone(), value)).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[test]
fn one_text_for_each_kind() {
    let mut texts = String::new();
    for kind in EventKind::ALL {
        let mut event = event(kind);
        event.content.deploy.subject = Some("Tell more".into());
        texts += &format!("{kind}:\n{}\n", story(&event, None).plain());
    }
    insta::assert_snapshot!(texts, @"
    began:
    9f8e7d6 (Ada, Tell more) is being deployed to production

    live:
    gitserver a1b2c3 -> d4e5f6 is live in production since 14:32 UTC, 3 of 3 pods, by 9f8e7d6 (Ada, Tell more)

    recovered:
    production is live again since 14:32 UTC: gitserver a1b2c3 -> d4e5f6, 3 of 3 pods, by 9f8e7d6 (Ada, Tell more)

    Deploys had failed since 13:00 UTC

    applied:
    gitserver a1b2c3 -> d4e5f6 is written to production; nobody waited until it was live, by 9f8e7d6 (Ada, Tell more)

    refused:
    9f8e7d6 (Ada, Tell more) was refused for production; nothing was written

    base/web.yaml:3: the image is missing

    failed:
    9f8e7d6 (Ada, Tell more) will not become live in production

    statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: <b>no disk</b> ```

    superseded:
    9f8e7d6 (Ada, Tell more) made way for a newer revision in production

    4f9d1c2 is being deployed by ada@laptop

    stopped:
    9f8e7d6 (Ada, Tell more) was stopped in production

    interrupted:
    9f8e7d6 (Ada, Tell more) was cut off in production; another deploy came after it

    serviceLive:
    gitserver a1b2c3 -> d4e5f6 is live in production since 14:32 UTC, 3 of 3 pods, by 9f8e7d6 (Ada, Tell more)

    drifted:
    1 object in production is not as 9f8e7d6 has it, and left so
    - deployment/web: spec.replicas was changed by <!here> kubectl

    mended:
    Everything in production is as 9f8e7d6 has it again since 14:32 UTC

    fight:
    What is corrected in production is undone again and again; corrections come more slowly now
    - deployment/web: spec.replicas was changed by <!here> kubectl

    paused:
    production is paused since 14:32 UTC: nothing is deployed to it
    - paused since 14:32 by Ada: Moving the database

    resumed:
    production is deployed to again since 14:32 UTC
    ");
}

#[test]
fn what_is_so_between_deploys_names_only_so_many_objects() {
    let mut event = event(EventKind::Drifted);
    event.content.facts = (0..12).map(|number| format!("configmap/c{number}: data[a] was changed")).collect();
    let story = told(&event);
    assert_eq!(story.services.len(), 11);
    insta::assert_debug_snapshot!((story.line(), &story.services[9], &story.services[10], &story.link), @r#"
    (
        "12 objects in production are not as 9f8e7d6 has it, and left so",
        "configmap/c9: data[a] was changed",
        "and 2 more",
        Some(
            "https://landfall.example.com/",
        ),
    )
    "#);
    insta::assert_snapshot!(pretty(&webhook::body(&event, &story)["data"]["subject"]), @r#"
    {
      "content": {
        "environment": {
          "id": "production"
        },
        "text": "12 objects in production are not as 9f8e7d6 has it, and left so"
      },
      "id": "production",
      "source": "/landfall/production",
      "type": "landfall-environment"
    }
    "#);
    insta::assert_snapshot!(pretty(&grafana::body(&event, &story)["tags"]), @r#"
    [
      "landfall",
      "environment",
      "production",
      "drifted"
    ]
    "#);
}

#[test]
fn services_of_one_deploy_are_one_message() {
    let mut event = event(EventKind::Live);
    event.content.deploy.subject = Some("Update all".into());
    event.content.images.push(image("web", None, Some("1.0")));
    event.content.images.push(image("old", Some("0.9"), None));
    let mut sidecar = image("gitserver", Some("2"), Some("3"));
    sidecar.container = "exporter".into();
    event.content.images.insert(1, sidecar);
    insta::assert_snapshot!(told(&event).plain(), @r"
    3 services are live in production since 14:32 UTC, by 9f8e7d6 (Ada, Update all)
    - gitserver gitserver: a1b2c3 -> d4e5f6, exporter: 2 -> 3, 3 of 3 pods
    - web 1.0 (new)
    - old 0.9 (removed)

    https://landfall.example.com/deploys/01kb0000000000000000000000
    ");
    event.content.images.clear();
    insta::assert_snapshot!(told(&event).plain(), @r"
    Everything is live in production since 14:32 UTC, by 9f8e7d6 (Ada, Update all)

    1 updated

    https://landfall.example.com/deploys/01kb0000000000000000000000
    ");
}

#[test]
fn to_slack() {
    insta::assert_snapshot!(pretty(&slack::body(&told(&event(EventKind::Live)))), @r#"
    {
      "blocks": [
        {
          "text": {
            "text": "✅ *gitserver a1b2c3 -&gt; d4e5f6 is live in production since 14:32 UTC, 3 of 3 pods*\nby <https://github.com/team/shop/commit/9f8e7d69f8e7d69f8e7d69f8e7d69f8e7d6abcde|9f8e7d6 (Ada, Fix &lt;!channel&gt; @everyone **now** [x](http://evil) &lt;script&gt;alert(1)&lt;/script&gt; ''')>",
            "type": "mrkdwn"
          },
          "type": "section"
        },
        {
          "text": {
            "text": "<https://landfall.example.com/deploys/01kb0000000000000000000000|More about it>",
            "type": "mrkdwn"
          },
          "type": "section"
        }
      ],
      "text": "✅ gitserver a1b2c3 -&gt; d4e5f6 is live in production since 14:32 UTC, 3 of 3 pods",
      "unfurl_links": false,
      "unfurl_media": false
    }
    "#);
    insta::assert_snapshot!(pretty(&slack::body(&told(&event(EventKind::Failed)))), @r#"
    {
      "blocks": [
        {
          "text": {
            "text": "❌ *9f8e7d6 will not become live in production*\nby <https://github.com/team/shop/commit/9f8e7d69f8e7d69f8e7d69f8e7d69f8e7d6abcde|9f8e7d6 (Ada, Fix &lt;!channel&gt; @everyone **now** [x](http://evil) &lt;script&gt;alert(1)&lt;/script&gt; ''')>",
            "type": "mrkdwn"
          },
          "type": "section"
        },
        {
          "text": {
            "text": "```statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: &lt;b&gt;no disk&lt;/b&gt; '''```",
            "type": "mrkdwn"
          },
          "type": "section"
        },
        {
          "text": {
            "text": "<https://landfall.example.com/deploys/01kb0000000000000000000000|More about it>",
            "type": "mrkdwn"
          },
          "type": "section"
        }
      ],
      "text": "❌ 9f8e7d6 will not become live in production",
      "unfurl_links": false,
      "unfurl_media": false
    }
    "#);
}

#[test]
fn to_teams() {
    insta::assert_snapshot!(pretty(&teams::body(&told(&event(EventKind::Failed)))), @r#"
    {
      "attachments": [
        {
          "content": {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "actions": [
              {
                "title": "More about it",
                "type": "Action.OpenUrl",
                "url": "https://landfall.example.com/deploys/01kb0000000000000000000000"
              },
              {
                "title": "The commit",
                "type": "Action.OpenUrl",
                "url": "https://github.com/team/shop/commit/9f8e7d69f8e7d69f8e7d69f8e7d69f8e7d6abcde"
              }
            ],
            "body": [
              {
                "inlines": [
                  {
                    "color": "attention",
                    "text": "❌ 9f8e7d6 will not become live in production",
                    "type": "TextRun",
                    "weight": "bolder"
                  }
                ],
                "type": "RichTextBlock"
              },
              {
                "inlines": [
                  {
                    "color": "default",
                    "text": "by 9f8e7d6 (Ada, Fix <!channel> @everyone **now** [x](http://evil) <script>alert(1)</script> ```)",
                    "type": "TextRun",
                    "weight": "default"
                  }
                ],
                "type": "RichTextBlock"
              },
              {
                "inlines": [
                  {
                    "color": "default",
                    "fontType": "monospace",
                    "text": "statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: <b>no disk</b> ```",
                    "type": "TextRun",
                    "weight": "default"
                  }
                ],
                "type": "RichTextBlock"
              }
            ],
            "fallbackText": "9f8e7d6 (Ada, Fix <!channel> @everyone **now** [x](http://evil) <script>alert(1)</script> ```) will not become live in production",
            "msteams": {
              "width": "Full"
            },
            "type": "AdaptiveCard",
            "version": "1.4"
          },
          "contentType": "application/vnd.microsoft.card.adaptive",
          "contentUrl": null
        }
      ],
      "type": "message"
    }
    "#);
}

#[test]
fn to_discord() {
    insta::assert_snapshot!(pretty(&discord::body(&told(&event(EventKind::Failed)))), @r#"
    {
      "allowed_mentions": {
        "parse": []
      },
      "embeds": [
        {
          "color": 12986408,
          "description": "by [9f8e7d6 \\(Ada, Fix \\<!channel\\> \\@everyone \\*\\*now\\*\\* \\[x\\]\\(http://evil\\) \\<script\\>alert\\(1\\)\\</script\\> \\`\\`\\`\\)](https://github.com/team/shop/commit/9f8e7d69f8e7d69f8e7d69f8e7d69f8e7d6abcde)\n```\nstatefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: <b>no disk</b> '''\n```",
          "title": "9f8e7d6 will not become live in production",
          "url": "https://landfall.example.com/deploys/01kb0000000000000000000000"
        }
      ]
    }
    "#);
}

#[test]
fn to_mattermost() {
    insta::assert_snapshot!(pretty(&mattermost::body(&told(&event(EventKind::Failed)))).replace('\u{200b}', "[NO WIDTH]"), @r#"
    {
      "props": {
        "disable_group_highlight": true
      },
      "text": "❌ **9f8e7d6 will not become live in production**\nby [9f8e7d6 \\(Ada, Fix \\<\\!channel\\> @[NO WIDTH]everyone \\*\\*now\\*\\* \\[x\\]\\(http://evil\\) \\<script\\>alert\\(1\\)\\</script\\> \\`\\`\\`\\)](https://github.com/team/shop/commit/9f8e7d69f8e7d69f8e7d69f8e7d69f8e7d6abcde)\n```\nstatefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: <b>no disk</b> '''\n```\n[More about it](https://landfall.example.com/deploys/01kb0000000000000000000000)"
    }
    "#);
}

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

#[test]
fn by_mail() {
    let config = EmailConfig {
        server: "smtp://mail.example.com".into(),
        from: "Landfall <landfall@example.com>".into(),
        to: vec!["Ada <ada@example.com>".into(), "ops@example.com".into()],
        username: None,
        password: None,
    };
    let failed = event(EventKind::Failed);
    let message = email::message(&config, &failed, &told(&failed)).unwrap();
    let text = String::from_utf8(message.formatted()).unwrap().replace("\r\n", "\n");
    let boundary = text.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    insta::assert_snapshot!(text.replace(&boundary, "BOUNDARY"), @r#"
    From: Landfall <landfall@example.com>
    Message-ID: <01kb1111111111111111111111@landfall>
    Date: Wed, 25 Nov 2026 14:32:05 +0000
    Subject: [production] 9f8e7d6 will not become live in production
    Auto-Submitted: auto-generated
    To: Ada <ada@example.com>, ops@example.com
    MIME-Version: 1.0
    Content-Type: multipart/alternative;
     boundary="BOUNDARY"

    --BOUNDARY
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: quoted-printable

    9f8e7d6 (Ada, Fix <!channel> @everyone **now** [x](http://evil) <script>ale=
    rt(1)</script> ```) will not become live in production

    statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last word=
    s: <b>no disk</b> ```

    https://landfall.example.com/deploys/01kb0000000000000000000000

    --BOUNDARY
    Content-Type: text/html; charset=utf-8
    Content-Transfer-Encoding: quoted-printable

    <p><strong>9f8e7d6 will not become live in production</strong></p>
    <p>by <a href=3D"https://github.com/team/shop/commit/9f8e7d69f8e7d69f8e7d69=
    f8e7d69f8e7d6abcde">9f8e7d6 (Ada, Fix &lt;!channel&gt; @everyone **now** [x=
    ](http://evil) &lt;script&gt;alert(1)&lt;/script&gt; ```)</a></p>
    <pre>statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last=
     words: &lt;b&gt;no disk&lt;/b&gt; ```</pre>
    <p><a href=3D"https://landfall.example.com/deploys/01kb00000000000000000000=
    00">More about it</a></p>

    --BOUNDARY--
    "#);
}

#[test]
fn long_texts_fit() {
    let mut event = event(EventKind::Failed);
    event.content.deploy.subject = Some("<&>*".repeat(5000));
    event.content.deploy.reason = Some("&`@\n".repeat(20_000));
    event.content.images =
        (0..200).map(|number| image(&format!("s{number}-{}", "x".repeat(200)), Some("1"), Some("2"))).collect();
    let story = told(&event);
    let blocks = slack::body(&story)["blocks"].as_array().unwrap().clone();
    let length = |block: &Value| block["text"]["text"].as_str().unwrap().chars().count();
    assert!(blocks.len() <= 50 && blocks.iter().all(|block| length(block) <= 3000));
    assert!(blocks.iter().map(length).sum::<usize>() <= 13_000);
    let embed = discord::body(&story)["embeds"][0].clone();
    assert!(embed["title"].as_str().unwrap().chars().count() <= 256);
    assert!(embed["description"].as_str().unwrap().chars().count() <= 4096);
    assert!(teams::body(&story).to_string().len() <= 28_000, "{}", teams::body(&story).to_string().len());
    assert!(mattermost::body(&story)["text"].as_str().unwrap().chars().count() <= 16_383);
}
