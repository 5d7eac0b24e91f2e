//! The timeline, and finding a deploy.

use landfall_journal::{Cause, Error, Filter, Outcome};

use crate::support::{
    Arena, on_both,
    shop::{at, deploy, goes_live, place},
};

on_both!(filters, pages, the_beginning_of_an_id);

async fn filters(arena: Arena) {
    let journal = arena.journal().await;
    let first = goes_live(&journal, "prod", "r1", 1000, &[("web", "", "v1"), ("api", "", "v1")]).await;
    let second = goes_live(&journal, "prod", "r2", 2000, &[("web", "v1", "v2"), ("api", "v1", "v1")]).await;
    let mut other = deploy("staging", "r3", 3000);
    (other.environment, other.cause) = ("staging".into(), Cause::Serve);
    other.repository = Some("https://git.example/other".into());
    let third = journal.begin(&other).await.unwrap().id;
    journal.finish(&third, Outcome::Blocked, Some("A guard refused it"), at(3100)).await.unwrap();

    let none = Filter::default;
    let some = |text: &str| Some(text.to_owned());
    for (filter, expected) in [
        (none(), vec![&third, &second, &first]),
        (Filter { place: Some(place("prod")), ..none() }, vec![&second, &first]),
        (Filter { place: Some(place("nowhere")), ..none() }, vec![]),
        (Filter { environment: some("staging"), ..none() }, vec![&third]),
        (Filter { repository: some("https://git.example/shop"), ..none() }, vec![&second, &first]),
        (Filter { service: some("web"), ..none() }, vec![&second, &first]),
        (Filter { service: some("api"), ..none() }, vec![&first]),
        (Filter { service: some("deployment/web"), place: Some(place("prod")), ..none() }, vec![&second, &first]),
        (Filter { service: some("statefulset/web"), ..none() }, vec![]),
        (Filter { service: some("%/web"), ..none() }, vec![]),
        (Filter { since: Some(at(2000)), ..none() }, vec![&third, &second]),
        (Filter { until: Some(at(2000)), ..none() }, vec![&first]),
        (Filter { outcome: Some(Outcome::Blocked), ..none() }, vec![&third]),
        (Filter { outcome: Some(Outcome::Running), ..none() }, vec![]),
        (Filter { limit: Some(1), ..none() }, vec![&third]),
    ] {
        let page = journal.deploys(&filter).await.unwrap();
        let ids: Vec<_> = page.deploys.iter().map(|summary| &summary.deploy.id).collect();
        assert_eq!(ids, expected, "{filter:?}");
    }
    let page = journal.deploys(&none()).await.unwrap();
    let summary = &page.deploys[1];
    assert_eq!((summary.counts.update, summary.counts.create, summary.images.len()), (1, 0, 1));
    assert_eq!(summary.services.iter().map(|id| id.short()).collect::<Vec<_>>(), ["deployment/web"]);
}

async fn pages(arena: Arena) {
    let journal = arena.journal().await;
    let mut expected = Vec::new();
    for number in 0..7 {
        let images = [("web", "v0", format!("v{}", number + 1))];
        let images: Vec<_> = images.iter().map(|(name, before, after)| (*name, *before, after.as_str())).collect();
        expected.insert(0, goes_live(&journal, "prod", &format!("{number}r"), 1000 * number, &images).await);
    }
    for service in [None, Some("web".to_owned())] {
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let filter = Filter { limit: Some(3), cursor, service: service.clone(), ..Filter::default() };
            let page = journal.deploys(&filter).await.unwrap();
            assert!(page.deploys.len() <= 3);
            found.extend(page.deploys.into_iter().map(|summary| summary.deploy.id));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, expected);
    }
    let filter = Filter { cursor: Some("x' OR 1=1".into()), ..Filter::default() };
    assert!(matches!(journal.deploys(&filter).await, Err(Error::Cursor { .. })));
}

async fn the_beginning_of_an_id(arena: Arena) {
    let journal = arena.journal().await;
    let first = goes_live(&journal, "prod", "r1", 1000, &[]).await;
    let second = goes_live(&journal, "prod", "r2", 86_400_000_000, &[]).await;
    let (a, b) = (first.as_str(), second.as_str());
    let common = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    assert_eq!(journal.deploy(&a[..=common]).await.unwrap().deploy.id, first);
    assert_eq!(journal.deploy(&b.to_uppercase()).await.unwrap().deploy.id, second);
    let error = journal.deploy(&a[..common]).await.unwrap_err();
    assert_eq!(error.to_string(), format!("`{}` is the beginning of several deploys' ids: {b}, {a}", &a[..common]));
    for unknown in ["", "zzz", "%", "01arz3ndektsv4rrffq69g5fav"] {
        assert!(matches!(journal.deploy(unknown).await, Err(Error::UnknownDeploy { .. })), "{unknown}");
    }
}
