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
    insta::allow_duplicates! { insta::assert_snapshot!(json, @r#"
    {
      "deploy": {
        "id": "ID",
        "place": {
          "target": "https://cluster:6443",
          "namespace": "prod",
          "record": "landfall-shop-5aaf3e38"
        },
        "environment": "production",
        "target": "context prod",
        "cause": "deploy",
        "askedBy": "alice@laptop",
        "repository": "https://git.example/shop",
        "revision": "r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1",
        "author": "Alice <alice@example.com>",
        "subject": "Change r1",
        "message": null,
        "previousRevision": "r0r0r0r0r0r0r0r0r0r0r0r0r0r0r0r0r0r0r0r0",
        "isOlder": false,
        "committed": "2027-01-15T08:00:00.500Z",
        "detected": "2027-01-15T08:00:01.000Z",
        "firstWrite": "2027-01-15T08:00:01.200Z",
        "applied": "2027-01-15T08:00:01.300Z",
        "live": "2027-01-15T08:00:01.600Z",
        "ended": "2027-01-15T08:00:01.600Z",
        "outcome": "live",
        "reason": null,
        "endedBy": null,
        "resumes": 0
      },
      "objects": [
        {
          "object": {
            "group": "",
            "kind": "ConfigMap",
            "namespace": "prod",
            "name": "settings"
          },
          "action": "create",
          "fields": "spec.template",
          "place": "base/settings.yaml:1",
          "state": "done",
          "at": "2027-01-15T08:00:01.210Z",
          "error": null
        },
        {
          "object": {
            "group": "apps",
            "kind": "Deployment",
            "namespace": "prod",
            "name": "web"
          },
          "action": "update",
          "fields": "spec.template",
          "place": "base/web.yaml:1",
          "state": "done",
          "at": "2027-01-15T08:00:01.220Z",
          "error": null
        },
        {
          "object": {
            "group": "apps",
            "kind": "Deployment",
            "namespace": "prod",
            "name": "old"
          },
          "action": "prune",
          "fields": "spec.template",
          "place": null,
          "state": "done",
          "at": "2027-01-15T08:00:01.230Z",
          "error": null
        },
        {
          "object": {
            "group": "",
            "kind": "PersistentVolumeClaim",
            "namespace": "prod",
            "name": "data"
          },
          "action": "keep",
          "fields": "spec.template",
          "place": "base/data.yaml:1",
          "state": "done",
          "at": null,
          "error": null
        }
      ],
      "images": [
        {
          "workload": {
            "group": "apps",
            "kind": "Deployment",
            "namespace": "prod",
            "name": "old"
          },
          "container": "old",
          "before": "old:v1",
          "after": null,
          "digest": null
        },
        {
          "workload": {
            "group": "apps",
            "kind": "Deployment",
            "namespace": "prod",
            "name": "web"
          },
          "container": "web",
          "before": "web:v1",
          "after": "web:v2",
          "digest": "sha256:22"
        }
      ],
      "rollouts": [
        {
          "workload": {
            "group": "apps",
            "kind": "Deployment",
            "namespace": "prod",
            "name": "web"
          },
          "state": "live",
          "ready": 1,
          "total": 1,
          "sentence": "1 of 1 new pods are ready",
          "started": "2027-01-15T08:00:01.400Z",
          "updated": "2027-01-15T08:00:01.500Z",
          "live": "2027-01-15T08:00:01.500Z"
        }
      ]
    }
    "#) };
    let services = journal.services(&place("prod"), None).await.unwrap();
    let json = serde_json::to_string_pretty(&services).unwrap().replace(id.as_str(), "ID");
    insta::allow_duplicates! { insta::assert_snapshot!(json, @r#"
    [
      {
        "workload": {
          "group": "apps",
          "kind": "Deployment",
          "namespace": "prod",
          "name": "web"
        },
        "since": "2027-01-15T08:00:01.500Z",
        "deploy": "ID",
        "revision": "r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1",
        "images": [
          {
            "container": "web",
            "image": "web:v2",
            "digest": "sha256:22",
            "since": "2027-01-15T08:00:01.500Z",
            "deploy": "ID",
            "revision": "r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1"
          }
        ]
      }
    ]
    "#) };
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
