//! What is live, now and then.

use landfall_core::health::HealthState;
use landfall_journal::{Journal, Outcome, RanDigest, Time};

use crate::support::{
    Arena, on_both,
    shop::{after, at, deploy, deployment, goes_far, goes_live, place, plan, rollout},
};

on_both!(
    over_the_boundaries_of_deploys,
    what_ran_before_the_first_entry,
    a_workload_that_went_live_alone,
    what_goes_live_late_is_known_by_the_next_deploy,
    an_older_deploy_does_not_undo_a_newer_one,
    nobody_waited,
);

/// `web v2 200 r2`: workload, image, since when, by which revision; `-` where it is not known.
async fn live(journal: &Journal, time: Option<Time>) -> Vec<String> {
    let services = journal.services(&place("prod"), time).await.unwrap();
    let line = |service: landfall_journal::Service| {
        let images: Vec<_> = service.images.iter().map(|image| image.image.as_str()).collect();
        let since = service.since.map_or("-".to_owned(), |since| after(since).to_string());
        let revision = service.revision.map_or("-".to_owned(), |revision| revision[..2].to_owned());
        format!("{} {} {since} {revision}", service.workload.name, images.join("+"))
    };
    services.into_iter().map(line).collect()
}

async fn over_the_boundaries_of_deploys(arena: Arena) {
    let journal = arena.journal().await;
    let first = goes_live(&journal, "prod", "r1", 1000, &[("web", "", "v1"), ("old", "", "v1")]).await;
    let second = goes_live(&journal, "prod", "r2", 2000, &[("web", "v1", "v2"), ("old", "v1", "")]).await;
    let third = goes_live(&journal, "prod", "r3", 3000, &[("web", "v2", "v2"), ("new", "", "v1")]).await;
    for (time, services, deploy) in [
        (1099, &[][..], None),
        (1100, &["old v1 1100 r1", "web v1 1100 r1"], Some(&first)),
        (2019, &["old v1 1100 r1", "web v1 1100 r1"], Some(&first)),
        (2020, &["web v1 1100 r1"], Some(&first)),
        (2099, &["web v1 1100 r1"], Some(&first)),
        (2100, &["web v2 2100 r2"], Some(&second)),
        (3099, &["web v2 2100 r2"], Some(&second)),
        (3100, &["new v1 3100 r3", "web v2 2100 r2"], Some(&third)),
        (9999, &["new v1 3100 r3", "web v2 2100 r2"], Some(&third)),
    ] {
        assert_eq!(live(&journal, Some(at(time))).await, services, "at {time}");
        let then = journal.live_at(&place("prod"), at(time)).await.unwrap();
        assert_eq!(then.deploy.map(|deploy| deploy.id).as_ref(), deploy, "at {time}");
        assert_eq!(then.services.len(), services.len());
    }
    assert_eq!(live(&journal, None).await, ["new v1 3100 r3", "web v2 2100 r2"]);
    assert_eq!(journal.last_live(&place("prod")).await.unwrap().unwrap().id, third);
    let nowhere = journal.live_at(&place("nowhere"), at(9999)).await.unwrap();
    assert_eq!((nowhere.deploy, nowhere.services), (None, Vec::new()));
}

async fn what_ran_before_the_first_entry(arena: Arena) {
    let journal = arena.journal().await;
    goes_live(&journal, "prod", "r1", 1000, &[("web", "v1", "v2"), ("api", "v7", "v7")]).await;
    assert_eq!(live(&journal, Some(at(1004))).await, [""; 0]);
    assert_eq!(live(&journal, Some(at(1005))).await, ["api v7 - -", "web v1 - -"]);
    assert_eq!(live(&journal, None).await, ["api v7 - -", "web v2 1100 r1"]);
}

async fn a_workload_that_went_live_alone(arena: Arena) {
    let journal = arena.journal().await;
    goes_live(&journal, "prod", "r1", 1000, &[("web", "", "v1"), ("api", "", "v1")]).await;
    let id = goes_far(&journal, "prod", "r2", 2000, &[("web", "v1", "v2"), ("api", "v1", "v2")]).await;
    journal.rollout(&id, &[rollout("web", HealthState::Live, 2050)]).await.unwrap();
    journal.rollout(&id, &[rollout("api", HealthState::Hopeless, 2060)]).await.unwrap();
    journal.finish(&id, Outcome::Hopeless, Some("api cannot start"), at(2070)).await.unwrap();
    assert_eq!(live(&journal, None).await, ["api v1 1100 r1", "web v2 2050 r2"]);

    let digest = RanDigest { workload: deployment("web"), container: "web".into(), digest: "sha256:2".into() };
    journal.digests(&id, &[digest]).await.unwrap();
    let services = journal.services(&place("prod"), None).await.unwrap();
    assert_eq!(services[1].images[0].digest.as_deref(), Some("sha256:2"));
    // Its settings change; the image and what is known of it stay.
    let id = journal.begin(&deploy("prod", "r3", 3000)).await.unwrap().id;
    let mut settings = plan(&[("web", "v2", "v2"), ("api", "v2", "v2")]);
    settings.changes = plan(&[("web", "v1", "v2")]).changes;
    journal.planned(&id, &settings, at(3010)).await.unwrap();
    journal.done(&id, &[(deployment("web"), at(3020))]).await.unwrap();
    journal.rollout(&id, &[rollout("web", HealthState::Live, 3050)]).await.unwrap();
    let services = journal.services(&place("prod"), None).await.unwrap();
    let (web, image) = (&services[1], &services[1].images[0]);
    assert_eq!((web.since, image.since, image.digest.as_deref()), (Some(at(3050)), Some(at(2050)), Some("sha256:2")));
    assert_eq!(image.revision, Some("r2".repeat(20)));
}

async fn what_goes_live_late_is_known_by_the_next_deploy(arena: Arena) {
    let journal = arena.journal().await;
    goes_live(&journal, "prod", "r1", 1000, &[("web", "", "v1"), ("api", "", "v1")]).await;
    let id = goes_far(&journal, "prod", "r2", 2000, &[("web", "v1", "v2"), ("api", "v1", "v1")]).await;
    journal.finish(&id, Outcome::NotLive, Some("web was not live in time"), at(2500)).await.unwrap();
    assert_eq!(live(&journal, None).await, ["api v1 1100 r1", "web v1 1100 r1"]);
    // The next one finds v2 in the manifest, changes nothing of it, and sees it live.
    let id = goes_live(&journal, "prod", "r3", 3000, &[("web", "v2", "v2"), ("api", "v1", "v2")]).await;
    assert_eq!(live(&journal, None).await, ["api v2 3100 r3", "web v2 3100 r3"]);
    assert_eq!(journal.deploy(id.as_str()).await.unwrap().images.len(), 1, "web is no change of it");
}

async fn an_older_deploy_does_not_undo_a_newer_one(arena: Arena) {
    let journal = arena.journal().await;
    let old = goes_far(&journal, "prod", "r1", 1000, &[("web", "", "v1")]).await;
    goes_live(&journal, "prod", "r2", 2000, &[("web", "v1", "v2")]).await;
    journal.rollout(&old, &[rollout("web", HealthState::Live, 2200)]).await.unwrap();
    assert_eq!(live(&journal, None).await, ["web v2 2100 r2"]);
}

async fn nobody_waited(arena: Arena) {
    let journal = arena.journal().await;
    let id = goes_far(&journal, "prod", "r1", 1000, &[("web", "", "v1")]).await;
    journal.finish(&id, Outcome::Applied, None, at(1050)).await.unwrap();
    assert_eq!(live(&journal, None).await, ["web v1 1050 r1"]);
    let then = journal.live_at(&place("prod"), at(1050)).await.unwrap();
    assert_eq!(then.deploy.unwrap().outcome, Outcome::Applied);
    assert_eq!(journal.last_live(&place("prod")).await.unwrap(), None);
}
