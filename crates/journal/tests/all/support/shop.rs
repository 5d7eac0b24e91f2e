//! What is deployed in tests.

use landfall_core::{health::HealthState, object::ObjectId};
use landfall_journal::{
    Cause, DeployId, Journal, NewChange, NewDeploy, NewImage, NewPlan, NewRollout, ObjectAction, Outcome, Place, Time,
};

/// Times of tests are short: milliseconds after this.
const START: i64 = 1_800_000_000_000;

pub fn at(millis: i64) -> Time {
    Time::from_millis(START + millis)
}

/// Milliseconds after the start, as tests show them.
pub fn after(time: Time) -> i64 {
    time.as_millis() - START
}

pub fn place(namespace: &str) -> Place {
    Place {
        target: "https://cluster:6443".into(),
        namespace: namespace.into(),
        record: "landfall-shop-5aaf3e38".into(),
    }
}

pub fn deployment(name: &str) -> ObjectId {
    object("apps", "Deployment", name)
}

pub fn object(group: &str, kind: &str, name: &str) -> ObjectId {
    ObjectId { group: group.into(), kind: kind.into(), namespace: Some("prod".into()), name: name.into() }
}

/// A deploy of a revision such as `r1` to a place.
pub fn deploy(namespace: &str, revision: &str, detected: i64) -> NewDeploy {
    NewDeploy {
        place: place(namespace),
        environment: "production".into(),
        target: "context prod".into(),
        cause: Cause::Deploy,
        asked_by: Some("alice@laptop".into()),
        repository: Some("https://git.example/shop".into()),
        revision: Some(revision.repeat(20)),
        author: Some("Alice <alice@example.com>".into()),
        subject: Some(format!("Change {revision}")),
        message: None,
        committed: Some(at(detected - 500)),
        detected: at(detected),
    }
}

pub fn change(object: ObjectId, action: ObjectAction) -> NewChange {
    let place = (action != ObjectAction::Prune).then(|| format!("base/{}.yaml:1", object.name));
    NewChange { object, action, fields: "spec.template".into(), place }
}

/// An image of the container that is named like its workload.
pub fn image(workload: &str, before: Option<&str>, after: Option<&str>) -> NewImage {
    NewImage {
        workload: deployment(workload),
        container: workload.into(),
        before: before.map(Into::into),
        after: after.map(Into::into),
    }
}

/// A plan that moves workloads from one image to another: `("web", "v1", "v2")`; an empty image is none.
pub fn plan(images: &[(&str, &str, &str)]) -> NewPlan {
    let maybe = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let mut plan = NewPlan::default();
    for (name, before, after) in images {
        let action = match (before.is_empty(), after.is_empty()) {
            (true, _) => ObjectAction::Create,
            (_, true) => ObjectAction::Prune,
            _ => ObjectAction::Update,
        };
        if before != after {
            plan.changes.push(change(deployment(name), action));
        }
        plan.images.push(image(name, maybe(before).as_deref(), maybe(after).as_deref()));
    }
    plan
}

pub fn rollout(workload: &str, state: HealthState, millis: i64) -> NewRollout {
    let ready = i64::from(state == HealthState::Live);
    NewRollout {
        workload: deployment(workload),
        state,
        ready: Some(ready),
        total: Some(1),
        sentence: format!("{ready} of 1 new pods are ready"),
        at: at(millis),
        live: None,
    }
}

/// A whole deploy, from `detected` on: written 10 ms later, live after 100 ms.
pub async fn goes_live(
    journal: &Journal,
    namespace: &str,
    revision: &str,
    detected: i64,
    images: &[(&str, &str, &str)],
) -> DeployId {
    let id = goes_far(journal, namespace, revision, detected, images).await;
    for (name, _, after) in images.iter().filter(|(_, before, after)| before != after) {
        if !after.is_empty() {
            journal.rollout(&id, &[rollout(name, HealthState::Live, detected + 100)]).await.unwrap();
        }
    }
    journal.finish(&id, Outcome::Live, None, at(detected + 100)).await.unwrap();
    id
}

/// A deploy that has written everything and waits.
pub async fn goes_far(
    journal: &Journal,
    namespace: &str,
    revision: &str,
    detected: i64,
    images: &[(&str, &str, &str)],
) -> DeployId {
    let id = journal.begin(&deploy(namespace, revision, detected)).await.unwrap().id;
    let plan = plan(images);
    journal.planned(&id, &plan, at(detected + 5)).await.unwrap();
    journal.first_write(&id, at(detected + 10)).await.unwrap();
    let done: Vec<_> = plan.changes.iter().map(|change| (change.object.clone(), at(detected + 20))).collect();
    journal.done(&id, &done).await.unwrap();
    journal.applied(&id, at(detected + 30)).await.unwrap();
    id
}
