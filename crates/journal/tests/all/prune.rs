//! Forgetting what is old.

use landfall_journal::{Error, Filter, NewObservation, Outcome};

use crate::support::{
    Arena, on_both,
    shop::{at, deploy, deployment, goes_live, place},
};

on_both!(what_is_needed_stays);

async fn what_is_needed_stays(arena: Arena) {
    let journal = arena.journal().await;
    let gone = goes_live(&journal, "prod", "r1", 1000, &[("web", "", "v1"), ("api", "", "v1")]).await;
    let last_live = goes_live(&journal, "prod", "r2", 2000, &[("web", "v1", "v2"), ("api", "v1", "v1")]).await;
    let failed = journal.begin(&deploy("prod", "r3", 3000)).await.unwrap().id;
    journal.finish(&failed, Outcome::Blocked, Some("A guard refused it"), at(3100)).await.unwrap();
    let running = journal.begin(&deploy("prod", "r4", 4000)).await.unwrap().id;
    let elsewhere = goes_live(&journal, "staging", "r1", 1000, &[("web", "", "v1")]).await;
    let applied = journal.begin(&deploy("files", "r1", 1000)).await.unwrap().id;
    journal.finish(&applied, Outcome::Applied, None, at(1100)).await.unwrap();
    let seen = |fact: &str, millis| NewObservation {
        object: deployment("web"),
        fact: fact.into(),
        what: "edited".into(),
        by: None,
        done: None,
        seen: at(millis),
    };
    journal.observe(&place("prod"), &[seen("a", 1000), seen("b", 9000)]).await.unwrap();
    let services = journal.services(&place("prod"), None).await.unwrap();

    assert_eq!(journal.prune_before(at(500)).await.unwrap(), 0);
    assert_eq!(journal.prune_before(at(5000)).await.unwrap(), 2);
    assert_eq!(journal.prune_before(at(5000)).await.unwrap(), 0);

    let mut left: Vec<_> = journal.deploys(&Filter::default()).await.unwrap().deploys;
    left.sort_by(|a, b| a.deploy.id.cmp(&b.deploy.id));
    let mut expected = [last_live, running, elsewhere, applied];
    expected.sort();
    assert_eq!(left.iter().map(|summary| summary.deploy.id.clone()).collect::<Vec<_>>(), expected);
    assert!(matches!(journal.deploy(gone.as_str()).await, Err(Error::UnknownDeploy { .. })));
    assert_eq!(journal.services(&place("prod"), None).await.unwrap(), services, "api is still live by the deleted one");
    assert_eq!(journal.observations(&place("prod"), None, None).await.unwrap().len(), 1);
}
