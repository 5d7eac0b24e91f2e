//! A deploy from its beginning to its end.

use landfall_core::health::HealthState;
use landfall_journal::{NewPlan, ObjectAction, Outcome, RanDigest};

use crate::support::{
    Arena, on_both,
    shop::{at, change, deploy, deployment, image, object, place, rollout},
};

on_both!(a_deploy_goes_live, a_deploy_fails, an_unchanged_revision_is_live_at_once, without_a_revision);

async fn a_deploy_goes_live(arena: Arena) {
    let journal = arena.journal().await;
    let begun = journal.begin(&deploy("prod", "r1", 1000)).await.unwrap();
    assert!(!begun.resumed);
    let id = begun.id;
    let plan = NewPlan {
        previous_revision: Some("r0".repeat(20)),
        is_older: false,
        changes: vec![
            change(object("", "ConfigMap", "settings"), ObjectAction::Create),
            change(deployment("web"), ObjectAction::Update),
            change(deployment("old"), ObjectAction::Prune),
            change(object("", "PersistentVolumeClaim", "data"), ObjectAction::Keep),
        ],
        images: vec![image("web", Some("web:v1"), Some("web:v2")), image("old", Some("old:v1"), None)],
    };
    journal.planned(&id, &plan, at(1100)).await.unwrap();
    journal.first_write(&id, at(1200)).await.unwrap();
    journal.done(&id, &[(object("", "ConfigMap", "settings"), at(1210))]).await.unwrap();
    journal.done(&id, &[(deployment("web"), at(1220)), (deployment("old"), at(1230))]).await.unwrap();
    journal.applied(&id, at(1300)).await.unwrap();
    journal.rollout(&id, &[rollout("web", HealthState::Progressing, 1400)]).await.unwrap();
    journal.rollout(&id, &[rollout("web", HealthState::Live, 1500)]).await.unwrap();
    let digest = RanDigest { workload: deployment("web"), container: "web".into(), digest: "sha256:22".into() };
    journal.digests(&id, &[digest]).await.unwrap();
    journal.finish(&id, Outcome::Live, None, at(1600)).await.unwrap();

    let record = journal.deploy(id.as_str()).await.unwrap();
    let json = serde_json::to_string_pretty(&record).unwrap().replace(id.as_str(), "ID");
    insta::assert_snapshot!(json, @"");
    let services = journal.services(&place("prod"), None).await.unwrap();
    let json = serde_json::to_string_pretty(&services).unwrap().replace(id.as_str(), "ID");
    insta::assert_snapshot!(json, @"");
}

async fn a_deploy_fails(arena: Arena) {
    let journal = arena.journal().await;
    let id = journal.begin(&deploy("prod", "r1", 1000)).await.unwrap().id;
    let plan = NewPlan {
        changes: vec![
            change(object("", "ConfigMap", "settings"), ObjectAction::Create),
            change(deployment("web"), ObjectAction::Create),
        ],
        images: vec![image("web", None, Some("web:v1"))],
        ..NewPlan::default()
    };
    journal.planned(&id, &plan, at(1100)).await.unwrap();
    journal.first_write(&id, at(1200)).await.unwrap();
    journal.done(&id, &[(object("", "ConfigMap", "settings"), at(1210))]).await.unwrap();
    journal.failed(&id, &[(deployment("web"), "the quota is used up".into())]).await.unwrap();
    journal.finish(&id, Outcome::Failed, Some("One of 2 objects could not be written"), at(1300)).await.unwrap();

    let record = journal.deploy(id.as_str()).await.unwrap();
    let states: Vec<_> = record.objects.iter().map(|object| (object.state.as_str(), object.error.as_deref())).collect();
    assert_eq!(states, [("done", None), ("failed", Some("the quota is used up"))]);
    assert_eq!(record.deploy.outcome, Outcome::Failed);
    assert_eq!(record.deploy.reason.as_deref(), Some("One of 2 objects could not be written"));
    assert_eq!(journal.services(&place("prod"), None).await.unwrap(), []);
    assert_eq!(journal.last_live(&place("prod")).await.unwrap(), None);
}

async fn an_unchanged_revision_is_live_at_once(arena: Arena) {
    let journal = arena.journal().await;
    let id = journal.begin(&deploy("prod", "r1", 1000)).await.unwrap().id;
    let plan = NewPlan { images: vec![image("web", Some("web:v1"), Some("web:v1"))], ..NewPlan::default() };
    journal.planned(&id, &plan, at(1100)).await.unwrap();
    journal.finish(&id, Outcome::Live, None, at(1200)).await.unwrap();

    let record = journal.deploy(id.as_str()).await.unwrap();
    assert_eq!((record.objects.len(), record.images.len(), record.deploy.first_write), (0, 0, None));
    assert_eq!(record.deploy.live, Some(at(1200)));
    let services = journal.services(&place("prod"), None).await.unwrap();
    assert_eq!(services.len(), 1);
    assert_eq!((services[0].images[0].image.as_str(), services[0].since, &services[0].deploy), ("web:v1", None, &None));
}

async fn without_a_revision(arena: Arena) {
    let journal = arena.journal().await;
    let mut files = deploy("prod", "r1", 1000);
    files.revision = None;
    let first = journal.begin(&files).await.unwrap();
    let second = journal.begin(&files).await.unwrap();
    assert!(!second.resumed && first.id < second.id, "nothing says that the files are the same");
}
