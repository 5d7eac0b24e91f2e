//! What was not Landfall's doing.

use landfall_journal::NewObservation;

use crate::support::{
    Arena, on_both,
    shop::{at, deployment, place},
};

on_both!(a_fact_is_told_once);

async fn a_fact_is_told_once(arena: Arena) {
    let journal = arena.journal().await;
    let seen = |fact: &str, millis| NewObservation {
        object: deployment("web"),
        fact: fact.into(),
        what: format!("spec.replicas was changed ({fact})"),
        by: Some("kubectl-edit".into()),
        done: None,
        seen: at(millis),
    };
    let prod = place("prod");
    assert_eq!(journal.observe(&prod, &[seen("a", 100), seen("b", 200), seen("a", 300)]).await.unwrap(), 2);
    assert_eq!(journal.observe(&prod, &[seen("a", 400), seen("c", 500)]).await.unwrap(), 1);
    assert_eq!(journal.observe(&place("staging"), &[seen("a", 400)]).await.unwrap(), 1);
    let times = async |since, until| {
        let found = journal.observations(&prod, since, until).await.unwrap();
        found.into_iter().map(|one| one.seen).collect::<Vec<_>>()
    };
    assert_eq!(times(None, None).await, [at(500), at(200), at(100)]);
    assert_eq!(times(Some(at(200)), Some(at(500))).await, [at(200)]);
    assert_eq!(journal.places().await.unwrap(), [place("prod"), place("staging")]);
}
