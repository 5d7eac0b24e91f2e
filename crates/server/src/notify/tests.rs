//! Whole messages: one text of an event, dressed for each service.

use std::collections::BTreeMap;

use landfall_core::{health::HealthState, object::ObjectId};
use landfall_deploy::config::notifications::EmailConfig;
use landfall_journal::{
    Cause, Content, Deploy, DeployId, Event, EventKind, ImageChange, ObjectAction, Outcome, Place, Rollout, Time,
};
use serde_json::Value;

use super::{
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
fn event(kind: EventKind) -> Event {
    let outcome = match kind {
        EventKind::Began | EventKind::ServiceLive => Outcome::Running,
        EventKind::Live | EventKind::Recovered => Outcome::Live,
        EventKind::Applied => Outcome::Applied,
        EventKind::Refused => Outcome::Blocked,
        EventKind::Failed => Outcome::Hopeless,
        EventKind::Superseded => Outcome::Superseded,
        EventKind::Stopped => Outcome::Stopped,
        EventKind::Interrupted => Outcome::Interrupted,
    };
    let reason = match kind {
        EventKind::Failed => Some("statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: <b>no disk</b> ```"),
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
        },
    }
}

fn told(event: &Event) -> Story {
    story(event, Some("https://landfall.example.com/"))
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

#[test]
fn one_text_for_each_kind() {
    let mut texts = String::new();
    for kind in EventKind::ALL {
        let mut event = event(kind);
        event.content.deploy.subject = Some("Tell more".into());
        texts += &format!("{kind}:\n{}\n", story(&event, None).plain());
    }
    insta::assert_snapshot!(texts, @"");
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
    insta::assert_snapshot!(told(&event).plain(), @"");
    event.content.images.clear();
    insta::assert_snapshot!(told(&event).plain(), @"");
}

#[test]
fn to_slack() {
    insta::assert_snapshot!(pretty(&slack::body(&told(&event(EventKind::Live)))), @"");
    insta::assert_snapshot!(pretty(&slack::body(&told(&event(EventKind::Failed)))), @"");
}

#[test]
fn to_teams() {
    insta::assert_snapshot!(pretty(&teams::body(&told(&event(EventKind::Failed)))), @"");
}

#[test]
fn to_discord() {
    insta::assert_snapshot!(pretty(&discord::body(&told(&event(EventKind::Failed)))), @"");
}

#[test]
fn to_mattermost() {
    insta::assert_snapshot!(pretty(&mattermost::body(&told(&event(EventKind::Failed)))), @"");
}

#[test]
fn to_any_program() {
    let body = |kind| {
        let event = event(kind);
        webhook::body(&event, &told(&event))
    };
    insta::assert_snapshot!(pretty(&body(EventKind::ServiceLive)), @"");
    let mut live = body(EventKind::Live);
    live["data"]["customData"] = "as above".into();
    insta::assert_snapshot!(pretty(&live), @"");
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
    insta::assert_snapshot!(body(EventKind::Began), @"");
    insta::assert_snapshot!(body(EventKind::Failed), @"");
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
        EventKind::ALL.map(state).join(", ")
    };
    insta::assert_snapshot!(states(Forge::GitHub), @"");
    insta::assert_snapshot!(states(Forge::GitLab), @"");
    assert_eq!(states(Forge::GitHub), states(Forge::Gitea));
    let failed = event(EventKind::Failed);
    insta::assert_snapshot!(pretty(&status::body(Forge::GitHub, &failed, &told(&failed))), @"");
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
    insta::assert_snapshot!(text.replace(&boundary, "BOUNDARY"), @"");
}

#[test]
fn long_texts_fit() {
    let mut event = event(EventKind::Failed);
    event.content.deploy.subject = Some("<&>*".repeat(5000));
    event.content.deploy.reason = Some("&`@\n".repeat(20_000));
    event.content.images = (0..200).map(|number| image(&format!("s{number}-{}", "x".repeat(200)), Some("1"), Some("2"))).collect();
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
