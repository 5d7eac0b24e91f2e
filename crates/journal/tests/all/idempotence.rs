//! Every write twice is as good as once.

use landfall_core::health::HealthState;
use landfall_journal::{Filter, NewObservation, Outcome, RanDigest};

use crate::support::{
    Arena, on_both,
    shop::{at, deploy, deployment, place, plan, rollout},
};

on_both!(everything_twice);

async fn everything_twice(arena: Arena) {
    let journal = arena.journal().await;
    let mut records = Vec::new();
    for (namespace, times) in [("once", 1), ("twice", 2)] {
        let place = place(namespace);
        journal.begin(&deploy(namespace, "r0", 500)).await.unwrap();
        let id = journal.begin(&deploy(namespace, "r1", 1000)).await.unwrap().id;
        for again in 0..times {
            // What is told later says another time, as a rerun would; the first one counts.
            let at = |millis| at(millis + again);
            journal.interrupt_others(&place, &id, Outcome::Interrupted, "It ended", at(1050)).await.unwrap();
            let plan = plan(&[("web", "v1", "v2"), ("old", "v1", ""), ("same", "v1", "v1")]);
            if again == 0 {
                journal.planned(&id, &plan, at(1100)).await.unwrap();
            }
            journal.planned(&id, &plan, at(1100)).await.unwrap();
        }
        for again in 0..times {
            let at = |millis| at(millis + again);
            journal.first_write(&id, at(1200)).await.unwrap();
            journal.failed(&id, &[(deployment("web"), "conflict".into())]).await.unwrap();
            journal.done(&id, &[(deployment("web"), at(1210)), (deployment("old"), at(1220))]).await.unwrap();
            journal.applied(&id, at(1300)).await.unwrap();
        }
        for _ in 0..times {
            journal.rollout(&id, &[rollout("web", HealthState::Live, 1400)]).await.unwrap();
            let digest = RanDigest { workload: deployment("web"), container: "web".into(), digest: "sha256:2".into() };
            journal.digests(&id, &[digest]).await.unwrap();
            let seen = NewObservation {
                object: deployment("web"),
                fact: "kubectl-edit 2026-11-24".into(),
                what: "spec.replicas was changed".into(),
                by: Some("kubectl-edit".into()),
                done: Some(at(1350)),
                seen: at(1400),
            };
            journal.observe(&place, &[seen]).await.unwrap();
        }
        for again in 0..times {
            journal.finish(&id, Outcome::Live, None, at(1500 + again)).await.unwrap();
        }
        let filter = Filter { place: Some(place.clone()), ..Filter::default() };
        let page = journal.deploys(&filter).await.unwrap();
        let texts = [
            serde_json::to_string_pretty(&journal.deploy(id.as_str()).await.unwrap()).unwrap(),
            serde_json::to_string_pretty(&page).unwrap(),
            serde_json::to_string_pretty(&journal.services(&place, None).await.unwrap()).unwrap(),
            serde_json::to_string_pretty(&journal.live_at(&place, at(1399)).await.unwrap()).unwrap(),
            serde_json::to_string_pretty(&journal.observations(&place, None, None).await.unwrap()).unwrap(),
        ];
        let hidden =
            page.deploys.iter().enumerate().fold(texts.join("\n"), |text, (number, one)| {
                text.replace(one.deploy.id.as_str(), &format!("ID{number}"))
            });
        records.push(hidden.replace(namespace, "PLACE"));
    }
    assert_eq!(records[0], records[1]);
}
