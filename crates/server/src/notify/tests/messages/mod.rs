//! Whole messages: one text of an event, dressed for each service.

mod chats;
mod mails;
mod programs;
mod words;

use std::collections::BTreeMap;

use landfall_core::{health::HealthState, object::ObjectId};
use landfall_journal::{
    Cause, Content, Deploy, DeployId, Event, EventKind, ImageChange, ObjectAction, Outcome, Place, Rollout, Time,
};
use serde_json::Value;

use super::super::story::{Story, story};

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
