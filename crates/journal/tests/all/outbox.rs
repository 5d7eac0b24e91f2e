//! What people are told: what really happened, once, in order, and whatever becomes of the process.

use landfall_core::health::HealthState;
use landfall_journal::{
    Delivery, DeliveryState, EventKind, Journal, NewSink, NextDelivery, ObjectAction, Outcome, Time,
};

use crate::support::{
    Arena, on_both,
    shop::{at, deploy, deployment, goes_far, goes_live, rollout},
};

on_both!(
    tells_what_happened,
    the_same_failure_is_told_once,
    recovery_is_told,
    nothing_new_is_not_told,
    sinks_come_and_go,
    environments_do_not_wait_for_each_other,
    given_up_and_tried_again,
    pruned_once_told,
    by_hand_from_another_address,
    a_message_is_remembered,
);

const SHOP: &str = "https://git.example/shop";

async fn listen(journal: &Journal, names: &[&str]) {
    let sink = |name: &&str| NewSink {
        name: (*name).to_owned(),
        kind: "slack".into(),
        environments: Vec::new(),
        events: EventKind::ALL.to_vec(),
    };
    journal.configure_sinks(SHOP, &names.iter().map(sink).collect::<Vec<_>>(), at(0)).await.unwrap();
}

async fn next(journal: &Journal, sink: &str) -> Option<Delivery> {
    match journal.next_delivery(SHOP, sink, &[], Time::now()).await.unwrap() {
        NextDelivery::Now(delivery) => Some(*delivery),
        NextDelivery::At(_) | NextDelivery::Nothing => None,
    }
}

/// Takes everything, and tells the kinds.
async fn told(journal: &Journal, sink: &str) -> String {
    let mut kinds = Vec::new();
    while let Some(delivery) = next(journal, sink).await {
        kinds.push(delivery.event.kind.as_str());
        journal.delivered(&delivery, None, Time::now()).await.unwrap();
    }
    kinds.join(" ")
}

async fn tells_what_happened(arena: Arena) {
    let journal = arena.journal().await;
    // Before anybody listens.
    goes_live(&journal, "prod", "r1", 1000, &[("web", "", "v1"), ("api", "", "v1")]).await;
    listen(&journal, &["team"]).await;
    let id = goes_live(&journal, "prod", "r2", 2000, &[("web", "v1", "v2"), ("api", "v1", "v1")]).await;
    let began = next(&journal, "team").await.unwrap();
    assert_eq!((began.event.kind, began.event.at), (EventKind::Began, at(2010)));
    // Read again by a process that was started anew: the same.
    assert_eq!(next(&arena.journal().await, "team").await.unwrap(), began);
    assert_eq!(told(&journal, "team").await, "began serviceLive live");

    // Each call of the row may be repeated.
    journal.first_write(&id, at(2010)).await.unwrap();
    journal.rollout(&id, &[rollout("web", HealthState::Live, 2100)]).await.unwrap();
    journal.finish(&id, Outcome::Live, None, at(2100)).await.unwrap();
    assert_eq!(told(&journal, "team").await, "");

    let id = goes_far(&journal, "prod", "r3", 3000, &[("web", "v2", "v3")]).await;
    journal.rollout(&id, &[rollout("web", HealthState::Live, 3100)]).await.unwrap();
    journal.finish(&id, Outcome::Live, None, at(3100)).await.unwrap();
    told_content(&journal).await;
}

async fn told_content(journal: &Journal) {
    let began = next(journal, "team").await.unwrap();
    journal.delivered(&began, None, Time::now()).await.unwrap();
    let service = next(journal, "team").await.unwrap();
    assert_eq!(service.event.content.service, Some(deployment("web")));
    journal.delivered(&service, None, Time::now()).await.unwrap();
    let live = next(journal, "team").await.unwrap();
    let content = live.event.content;
    assert_eq!((live.event.kind, live.event.at), (EventKind::Live, at(3100)));
    assert_eq!((content.deploy.live, content.deploy.outcome), (Some(at(3100)), Outcome::Live));
    assert_eq!(content.written.get(&ObjectAction::Update), Some(&1));
    let image = &content.images[0];
    assert_eq!((image.before.as_deref(), image.after.as_deref()), (Some("v2"), Some("v3")));
    assert_eq!(content.rollouts[0].ready, Some(1));
}

async fn the_same_failure_is_told_once(arena: Arena) {
    let journal = arena.journal().await;
    listen(&journal, &["team"]).await;
    let mut new = deploy("prod", "r1", 1000);
    new.cause = landfall_journal::Cause::Serve;
    for (number, reason) in ["web-1 of 3: no database", "web-2 of 3: no database", "other", "web-3: of 3: no database"]
        .into_iter()
        .enumerate()
    {
        let id = journal.begin(&new).await.unwrap().id;
        let millis = i64::try_from(number).unwrap() * 100;
        journal.first_write(&id, at(1100 + millis)).await.unwrap();
        journal.finish(&id, Outcome::Hopeless, Some(reason), at(1150 + millis)).await.unwrap();
    }
    assert_eq!(told(&journal, "team").await, "began failed failed");
}

async fn recovery_is_told(arena: Arena) {
    let journal = arena.journal().await;
    listen(&journal, &["team"]).await;
    goes_live(&journal, "prod", "r1", 1000, &[]).await;
    for (revision, millis) in [("r2", 2000), ("r3", 3000)] {
        let id = goes_far(&journal, "prod", revision, millis, &[]).await;
        journal.finish(&id, Outcome::NotLive, Some("slow"), at(millis + 100)).await.unwrap();
    }
    goes_live(&journal, "prod", "r4", 4000, &[]).await;
    goes_live(&journal, "prod", "r5", 5000, &[]).await;
    let mut events = Vec::new();
    while let Some(delivery) = next(&journal, "team").await {
        events.push((delivery.event.kind.as_str(), delivery.event.content.failing_since));
        journal.delivered(&delivery, None, Time::now()).await.unwrap();
    }
    events.retain(|(kind, _)| *kind != "began");
    let expected = [("live", None), ("failed", None), ("failed", None), ("recovered", Some(at(2100))), ("live", None)];
    assert_eq!(events, expected);
}

async fn nothing_new_is_not_told(arena: Arena) {
    let journal = arena.journal().await;
    listen(&journal, &["team"]).await;
    goes_live(&journal, "prod", "r1", 1000, &[]).await;
    assert_eq!(told(&journal, "team").await, "began live");
    for (revision, millis, expected) in [("r1", 2000, ""), ("r2", 3000, "live"), ("r2", 4000, "")] {
        let id = journal.begin(&deploy("prod", revision, millis)).await.unwrap().id;
        journal.finish(&id, Outcome::Live, None, at(millis + 1)).await.unwrap();
        assert_eq!(told(&journal, "team").await, expected, "{revision} {millis}");
    }
    let superseded = goes_far(&journal, "prod", "r3", 5000, &[]).await;
    let by = journal.begin(&deploy("prod", "r4", 6000)).await.unwrap().id;
    journal.end_other(&superseded, &by, Outcome::Superseded, "r4 came", at(6001)).await.unwrap();
    assert_eq!(told(&journal, "team").await, "began superseded");
}

async fn sinks_come_and_go(arena: Arena) {
    let journal = arena.journal().await;
    listen(&journal, &["old", "team"]).await;
    goes_live(&journal, "prod", "r1", 1000, &[]).await;
    let sinks = |events: &[EventKind], environments: &[&str]| {
        let environments = environments.iter().map(|name| (*name).to_owned()).collect();
        [
            NewSink { name: "team".into(), kind: "slack".into(), environments, events: events.to_vec() },
            NewSink {
                name: "new".into(),
                kind: "email".into(),
                environments: Vec::new(),
                events: vec![EventKind::Live],
            },
        ]
    };
    let dropped = journal.configure_sinks(SHOP, &sinks(&[EventKind::Live], &["staging"]), at(1500)).await.unwrap();
    assert_eq!(dropped.iter().map(|sink| (sink.name.as_str(), sink.waiting)).collect::<Vec<_>>(), [("old", 2)]);
    assert_eq!(next(&journal, "old").await, None);
    assert_eq!(next(&journal, "new").await, None, "what happened before is not told");
    goes_live(&journal, "prod", "r2", 2000, &[]).await;
    assert_eq!((told(&journal, "team").await, told(&journal, "new").await), ("began live".into(), "live".into()));
    let left = journal.undelivered(10).await.unwrap();
    assert!(left.iter().all(|one| one.sink == "old" && one.state == DeliveryState::Dropped && one.next_try.is_none()));
    assert_eq!(left.len(), 2);

    // Gone for good by its own words, until it is configured anew.
    journal.stop_sink(SHOP, "new", "410", at(2500)).await.unwrap();
    goes_live(&journal, "prod", "r3", 3000, &[]).await;
    assert_eq!(told(&journal, "new").await, "");
    assert_eq!(journal.stopped_sinks().await.unwrap(), [("new".to_owned(), "410".to_owned())]);
    journal.configure_sinks(SHOP, &sinks(&[EventKind::Live], &[]), at(3500)).await.unwrap();
    goes_live(&journal, "prod", "r4", 4000, &[]).await;
    assert_eq!((told(&journal, "team").await, told(&journal, "new").await), ("live".into(), "live".into()));
}

async fn environments_do_not_wait_for_each_other(arena: Arena) {
    let journal = arena.journal().await;
    listen(&journal, &["team"]).await;
    goes_live(&journal, "prod", "r1", 1000, &[]).await;
    let mut staging = deploy("staging", "r1", 2000);
    staging.environment = "staging".into();
    let id = journal.begin(&staging).await.unwrap().id;
    journal.finish(&id, Outcome::Live, None, at(2100)).await.unwrap();
    let first = next(&journal, "team").await.unwrap();
    let later = Time::from_millis(Time::now().as_millis() + 3_600_000);
    journal.delivery_failed(&first, "It answered 500", later, Time::now()).await.unwrap();
    // The next one of production waits; staging does not.
    let other = next(&journal, "team").await.unwrap();
    assert_eq!(other.event.environment, "staging");
    journal.delivered(&other, None, Time::now()).await.unwrap();
    assert_eq!(journal.next_delivery(SHOP, "team", &[], Time::now()).await.unwrap(), NextDelivery::At(later));
    let only = ["staging".to_owned()];
    assert_eq!(journal.next_delivery(SHOP, "team", &only, later).await.unwrap(), NextDelivery::Nothing);
    let NextDelivery::Now(again) = journal.next_delivery(SHOP, "team", &[], later).await.unwrap() else { panic!() };
    assert_eq!((again.event.id, again.tries), (first.event.id, 1));
}

async fn given_up_and_tried_again(arena: Arena) {
    let journal = arena.journal().await;
    listen(&journal, &["team"]).await;
    goes_live(&journal, "prod", "r1", 1000, &[]).await;
    let first = next(&journal, "team").await.unwrap();
    journal.give_up_delivery(&first, DeliveryState::Dead, "It answered 404", Time::now()).await.unwrap();
    assert_eq!(told(&journal, "team").await, "live");
    let counts = journal.delivery_counts().await.unwrap();
    let expected = [("team".to_owned(), DeliveryState::Dead, 1), ("team".to_owned(), DeliveryState::Delivered, 1)];
    assert_eq!(counts, expected);
    let dead = journal.undelivered(10).await.unwrap().remove(0);
    assert_eq!((dead.state, dead.tries, dead.error.as_deref()), (DeliveryState::Dead, 1, Some("It answered 404")));
    assert_eq!(journal.event_id(&dead.id).await.unwrap(), Some(dead.id.clone()));
    assert_eq!(journal.event_id("zzz").await.unwrap(), None);
    assert_eq!(journal.retry_delivery(&dead.id, Time::now()).await.unwrap(), 1);
    assert_eq!(told(&journal, "team").await, "began");
    assert_eq!(journal.retry_delivery(&dead.id, Time::now()).await.unwrap(), 0);
}

async fn pruned_once_told(arena: Arena) {
    let journal = arena.journal().await;
    listen(&journal, &["team"]).await;
    goes_live(&journal, "prod", "r1", 1000, &[]).await;
    journal.prune_before(at(9000)).await.unwrap();
    assert_eq!(told(&journal, "team").await, "began live", "what waits is not forgotten");
    assert_eq!(journal.delivery_counts().await.unwrap().len(), 1);
    journal.prune_before(at(9000)).await.unwrap();
    assert_eq!(journal.delivery_counts().await.unwrap(), []);
}

async fn by_hand_from_another_address(arena: Arena) {
    let journal = arena.journal().await;
    listen(&journal, &["team"]).await;
    let mut served = deploy("prod", "r1", 1000);
    served.cause = landfall_journal::Cause::Serve;
    let id = journal.begin(&served).await.unwrap().id;
    journal.finish(&id, Outcome::Live, None, at(1100)).await.unwrap();
    let mut by_hand = deploy("prod", "r2", 2000);
    by_hand.repository = Some("ssh://git@git.example/shop".into());
    by_hand.environment = "deploy=shop".into();
    let id = journal.begin(&by_hand).await.unwrap().id;
    journal.finish(&id, Outcome::Live, None, at(2100)).await.unwrap();
    told_environment(&journal, "production").await;
    told_environment(&journal, "production").await;
    assert_eq!(next(&journal, "team").await, None);
}

async fn told_environment(journal: &Journal, expected: &str) {
    let delivery = next(journal, "team").await.unwrap();
    assert_eq!(delivery.event.environment, expected);
    journal.delivered(&delivery, None, Time::now()).await.unwrap();
}

async fn a_message_is_remembered(arena: Arena) {
    let journal = arena.journal().await;
    listen(&journal, &["team"]).await;
    goes_live(&journal, "prod", "r1", 1000, &[]).await;
    let began = next(&journal, "team").await.unwrap();
    assert_eq!(began.handle, None);
    journal.delivered(&began, Some("C1 1.5"), Time::now()).await.unwrap();
    assert_eq!(next(&journal, "team").await.unwrap().handle.as_deref(), Some("C1 1.5"));
}
