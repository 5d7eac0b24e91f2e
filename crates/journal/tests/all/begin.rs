//! Which deploy goes on, which ends which.

use landfall_journal::{Cause, Filter, Finished, NewDeploy, Outcome};

use crate::support::{
    Arena, on_both,
    shop::{at, deploy, goes_far, place, plan},
};

on_both!(
    an_unfinished_deploy_goes_on,
    other_deploys_are_not_taken_over,
    the_server_goes_on_with_what_failed,
    the_lock_ends_the_dead,
    a_newer_revision_ends_the_waiting,
    a_finished_deploy_stays_as_it_is,
    what_the_server_finds_live_again_leaves_no_entry,
    what_a_resumed_deploy_wrote_before_is_done,
    ids_sort_in_the_order_of_beginning,
);

/// A deploy that the server begins.
fn serve(revision: &str, millis: i64) -> NewDeploy {
    NewDeploy { cause: Cause::Serve, ..deploy("prod", revision, millis) }
}

async fn an_unfinished_deploy_goes_on(arena: Arena) {
    let journal = arena.journal().await;
    let first = journal.begin(&deploy("prod", "r1", 1000)).await.unwrap();
    for cause in [Cause::Serve, Cause::Rollback, Cause::Deploy] {
        let mut again = deploy("prod", "r1", 5000);
        again.cause = cause;
        let begun = journal.begin(&again).await.unwrap();
        assert!(begun.resumed && begun.id == first.id);
    }
    let record = journal.deploy(first.id.as_str()).await.unwrap().deploy;
    assert_eq!((record.resumes, record.detected, record.cause), (3, at(1000), Cause::Deploy));
}

async fn other_deploys_are_not_taken_over(arena: Arena) {
    let journal = arena.journal().await;
    let first = journal.begin(&deploy("prod", "r1", 1000)).await.unwrap();
    let mut files = deploy("prod", "r1", 1000);
    files.cause = Cause::Apply;
    let mut drift = deploy("prod", "r1", 1000);
    drift.cause = Cause::Drift;
    for other in [deploy("prod", "r2", 1000), deploy("staging", "r1", 1000), files, drift] {
        assert!(!journal.begin(&other).await.unwrap().resumed);
    }
    let running = journal.unfinished(&place("prod")).await.unwrap();
    assert_eq!(running.len(), 4);
    assert_eq!(running.last().unwrap().id, first.id);
    journal.finish(&first.id, Outcome::Stopped, None, at(1100)).await.unwrap();
    assert!(!journal.begin(&deploy("prod", "r1", 1200)).await.unwrap().resumed, "it has ended");
}

async fn the_server_goes_on_with_what_failed(arena: Arena) {
    let journal = arena.journal().await;
    let first = journal.begin(&serve("r1", 1000)).await.unwrap().id;
    for (tries, outcome) in [Outcome::Blocked, Outcome::Failed, Outcome::Hopeless, Outcome::NotLive, Outcome::Stopped]
        .into_iter()
        .enumerate()
    {
        journal.finish(&first, outcome, Some("the cluster is away"), at(1100)).await.unwrap();
        let again = journal.begin(&serve("r1", 1200)).await.unwrap();
        assert!(again.resumed && again.id == first, "{outcome}");
        let record = journal.deploy(first.as_str()).await.unwrap().deploy;
        assert_eq!((record.resumes, record.outcome), (tries as i64 + 1, Outcome::Running));
        assert_eq!((record.reason, record.ended), (None, None));
    }
    journal.finish(&first, Outcome::Failed, None, at(1300)).await.unwrap();
    let by_hand = journal.begin(&deploy("prod", "r1", 1400)).await.unwrap();
    assert!(!by_hand.resumed, "a person asks for a new one");
    journal.finish(&by_hand.id, Outcome::Stopped, None, at(1450)).await.unwrap();
    let second = journal.begin(&serve("r2", 1500)).await.unwrap();
    assert!(!second.resumed, "it is another revision");
    journal.finish(&second.id, Outcome::Live, None, at(1600)).await.unwrap();
    assert!(!journal.begin(&serve("r2", 1700)).await.unwrap().resumed, "it was live");
    assert!(!journal.begin(&serve("r1", 1800)).await.unwrap().resumed, "another one came in between");
}

async fn the_lock_ends_the_dead(arena: Arena) {
    let journal = arena.journal().await;
    let dead = goes_far(&journal, "prod", "r1", 1000, &[("web", "v1", "v2")]).await;
    let elsewhere = goes_far(&journal, "staging", "r1", 1000, &[("web", "v1", "v2")]).await;
    let own = journal.begin(&deploy("prod", "r2", 2000)).await.unwrap().id;
    let waiting = journal.begin(&deploy("prod", "r3", 2500)).await.unwrap().id;

    let prod = place("prod");
    let ended = journal.interrupt_others(&prod, &own, Outcome::Interrupted, "Its process ended", at(3000));
    assert_eq!(ended.await.unwrap(), std::slice::from_ref(&dead), "one that waits for the lock is not dead");
    let record = journal.deploy(dead.as_str()).await.unwrap().deploy;
    assert_eq!((record.outcome, record.reason.as_deref()), (Outcome::Interrupted, Some("Its process ended")));
    assert_eq!((record.ended, record.ended_by), (Some(at(3000)), Some(own)));
    for alive in [waiting, elsewhere] {
        assert_eq!(journal.deploy(alive.as_str()).await.unwrap().deploy.outcome, Outcome::Running);
    }
}

async fn a_newer_revision_ends_the_waiting(arena: Arena) {
    let journal = arena.journal().await;
    let old = goes_far(&journal, "prod", "r1", 1000, &[("web", "v1", "v2")]).await;
    // As another process would.
    let other = arena.journal().await;
    assert_eq!(journal.is_superseded(&old).await.unwrap(), None);
    let new = other.begin(&deploy("prod", "r2", 2000)).await.unwrap().id;
    assert_eq!(journal.is_superseded(&old).await.unwrap(), None, "it may still be refused");
    assert_eq!(journal.newest(&place("prod")).await.unwrap().unwrap().id, new);
    other.first_write(&new, at(2100)).await.unwrap();
    let newer = journal.is_superseded(&old).await.unwrap().unwrap();
    assert_eq!((&newer.id, newer.revision, newer.first_write), (&new, Some("r2".repeat(20)), Some(at(2100))));
    assert_eq!(other.is_superseded(&new).await.unwrap(), None);

    // The old one is started again, and is the one that goes on: it does not end itself.
    let ended = journal.interrupt_others(&place("prod"), &old, Outcome::Superseded, "r1 came", at(2200)).await.unwrap();
    assert_eq!(ended, std::slice::from_ref(&new));
    assert_eq!(journal.is_superseded(&old).await.unwrap(), None);
    assert_eq!(other.is_superseded(&new).await.unwrap().unwrap().id, old);
}

async fn a_finished_deploy_stays_as_it_is(arena: Arena) {
    let journal = arena.journal().await;
    let old = goes_far(&journal, "prod", "r1", 1000, &[("web", "v1", "v2")]).await;
    let new = journal.begin(&deploy("prod", "r2", 2000)).await.unwrap().id;
    let reason = "Revision r2 came before it was live";
    journal.interrupt_others(&place("prod"), &new, Outcome::Superseded, reason, at(2100)).await.unwrap();
    let before = journal.deploy(old.as_str()).await.unwrap();
    let finished = journal.finish(&old, Outcome::Live, None, at(2200)).await.unwrap();
    let expected = Finished::Before {
        outcome: Outcome::Superseded,
        reason: Some(reason.into()),
        ended: Some(at(2100)),
        ended_by: Some(new.clone()),
    };
    assert_eq!(finished, expected);
    journal.planned(&old, &plan(&[("api", "", "v1")]), at(2300)).await.unwrap();
    assert_eq!(journal.deploy(old.as_str()).await.unwrap(), before);
    assert_eq!(journal.finish(&new, Outcome::Live, None, at(2400)).await.unwrap(), Finished::Now);
}

async fn what_the_server_finds_live_again_leaves_no_entry(arena: Arena) {
    let journal = arena.journal().await;
    let entries = async || journal.deploys(&Filter::default()).await.unwrap().deploys.len();
    let looked = async |deploy: &NewDeploy, outcome| {
        let id = journal.begin(deploy).await.unwrap().id;
        journal.applied(&id, at(9000)).await.unwrap();
        journal.finish(&id, outcome, None, at(9000)).await.unwrap()
    };
    let first = journal.begin(&serve("r1", 1000)).await.unwrap().id;
    journal.planned(&first, &plan(&[("api", "", "v1")]), at(1100)).await.unwrap();
    journal.first_write(&first, at(1200)).await.unwrap();
    journal.finish(&first, Outcome::Live, None, at(1300)).await.unwrap();

    assert_eq!(looked(&serve("r1", 2000), Outcome::Live).await, Finished::NoNews);
    assert_eq!(looked(&serve("r1", 3000), Outcome::Live).await, Finished::NoNews);
    assert_eq!(entries().await, 1);
    assert_eq!(journal.newest(&place("prod")).await.unwrap().unwrap().id, first);

    // A person asked for it; another revision; something is not live; what was planned; it failed before.
    assert_eq!(looked(&deploy("prod", "r1", 4000), Outcome::Live).await, Finished::Now);
    assert_eq!(looked(&serve("r2", 5000), Outcome::Live).await, Finished::Now);
    let repairs = journal.begin(&serve("r2", 6000)).await.unwrap().id;
    journal.planned(&repairs, &plan(&[("api", "v2", "v1")]), at(6100)).await.unwrap();
    assert_eq!(journal.finish(&repairs, Outcome::Live, None, at(6200)).await.unwrap(), Finished::Now);
    assert_eq!(looked(&serve("r2", 7000), Outcome::NotLive).await, Finished::Now);
    assert_eq!(looked(&serve("r2", 8000), Outcome::Live).await, Finished::Now);
    assert_eq!(entries().await, 5, "the failed one was opened again");
}

async fn what_a_resumed_deploy_wrote_before_is_done(arena: Arena) {
    let journal = arena.journal().await;
    let id = journal.begin(&deploy("prod", "r1", 1000)).await.unwrap().id;
    journal
        .planned(&id, &plan(&[("api", "v1", "v2"), ("web", "v1", "v2"), ("old", "v1", "")]), at(1100))
        .await
        .unwrap();
    journal.first_write(&id, at(1200)).await.unwrap();
    // It writes api and deletes old, and is killed before it can say so.
    assert!(journal.begin(&deploy("prod", "r1", 3000)).await.unwrap().resumed);
    journal.planned(&id, &plan(&[("api", "v2", "v2"), ("web", "v1", "v2")]), at(3100)).await.unwrap();
    let record = journal.deploy(id.as_str()).await.unwrap();
    let states: Vec<_> =
        record.objects.iter().map(|one| (one.object.name.as_str(), one.state.as_str(), one.at)).collect();
    assert_eq!(states, [("api", "done", None), ("web", "planned", None), ("old", "done", None)]);
    let images: Vec<_> = record.images.iter().map(|image| (&*image.container, image.before.as_deref())).collect();
    assert_eq!(images, [("api", Some("v1")), ("old", Some("v1")), ("web", Some("v1"))], "as it was before all");
    let live = journal.services(&place("prod"), None).await.unwrap();
    assert_eq!(live.iter().map(|service| &*service.workload.name).collect::<Vec<_>>(), ["api", "web"]);
}

async fn ids_sort_in_the_order_of_beginning(arena: Arena) {
    let journal = arena.journal().await;
    let mut ids = Vec::new();
    // Clocks of several machines, one of which is a day ahead.
    for (number, detected) in [1000, 86_400_000, 2000, 2000, 3000].into_iter().enumerate() {
        ids.push(journal.begin(&deploy("prod", &format!("{number}r"), detected)).await.unwrap().id);
    }
    assert!(ids.is_sorted());
}
