//! The lists of a deploy: one request per kind and namespace, or one per kind where there are many namespaces.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures::future::join_all;
use landfall_core::{catalog::ServedKind, object::Gvk, observation::ListQuery};

use crate::{
    http::{Api, CallError},
    observe::{self, Listing},
};
use landfall_deploy::task::Task;

/// From so many namespaces on a kind is listed in the whole cluster. That shows other people's objects of the same
/// label, too, which are dropped, but a request costs the server more than many objects that it need not send.
const MANY_NAMESPACES: usize = 4;

type Listed = Result<Listing, CallError>;

/// The lists of one kind that are under way.
struct Group {
    namespaces: BTreeSet<Option<String>>,
    /// They were begun before all was known that a plan needs.
    is_early: bool,
    task: Task<Vec<(Option<String>, Listed)>>,
}

/// Lists that are under way, by kind and version.
#[derive(Default)]
pub struct Lists(BTreeMap<Gvk, Vec<Group>>);

impl Lists {
    /// Starts the lists of queries that are not under way, in the order of the queries.
    pub fn add(&mut self, api: &Arc<Api>, queries: &[ListQuery], selector: &str) {
        for (kind, wanted) in by_kind(queries) {
            let groups = self.0.entry(kind.gvk.clone()).or_default();
            let is_begun = |namespace: &Option<String>| groups.iter().any(|group| group.namespaces.contains(namespace));
            let missing: BTreeSet<_> = wanted.into_iter().filter(|namespace| !is_begun(namespace)).collect();
            if !missing.is_empty() {
                groups.push(Group::start(api, kind, missing, selector));
            }
        }
    }

    /// The results of all queries: of the lists that are under way, and of those that are still missing. One that is older
    /// than `not_before`, the version of an object that was read, is made again.
    pub async fn complete(
        mut self,
        api: &Arc<Api>,
        queries: &[ListQuery],
        selector: &str,
        not_before: Option<&str>,
    ) -> Vec<(ListQuery, Listed)> {
        self.0.values_mut().flatten().for_each(|group| group.is_early = true);
        self.add(api, queries, selector);
        let (mut results, outdated) = self.join(queries, not_before).await;
        if !outdated.is_empty() {
            let mut again = Self::default();
            again.add(api, &outdated, selector);
            results.extend(again.join(&outdated, None).await.0);
        }
        results
    }

    /// The results of queries, but of those that were begun early only the ones that are not older than `not_before`, and
    /// the queries of the others.
    async fn join(
        mut self,
        queries: &[ListQuery],
        not_before: Option<&str>,
    ) -> (Vec<(ListQuery, Listed)>, Vec<ListQuery>) {
        let (mut results, mut outdated) = (Vec::new(), Vec::new());
        for (kind, wanted) in by_kind(queries) {
            for group in self.0.remove(&kind.gvk).into_iter().flatten() {
                let is_early = group.is_early;
                for (namespace, listed) in group.task.join().await {
                    if !wanted.contains(&namespace) {
                        continue;
                    }
                    let query = ListQuery { kind: kind.clone(), namespace };
                    if is_early && listed.as_ref().is_ok_and(|listing| is_older(&listing.version, not_before)) {
                        outdated.push(query);
                    } else {
                        results.push((query, listed));
                    }
                }
            }
        }
        (results, outdated)
    }
}

/// Whether a list is older than an object, by their versions: what one etcd has stored is counted through. Where somebody may
/// count otherwise it is, too; a kind that has an API server of its own may seem younger than it is, by the little time in
/// which lists are begun early.
fn is_older(list: &str, object: Option<&str>) -> bool {
    let Some(object) = object else { return false };
    match (list.parse::<u64>(), object.parse::<u64>()) {
        (Ok(list), Ok(object)) => list < object,
        _ => true,
    }
}

impl Group {
    fn start(api: &Arc<Api>, kind: &ServedKind, namespaces: BTreeSet<Option<String>>, selector: &str) -> Self {
        let (api, kind, selector, all) = (Arc::clone(api), kind.clone(), selector.to_owned(), namespaces.clone());
        Self {
            namespaces,
            is_early: false,
            task: Task::spawn(async move { list_all(&api, &kind, all, &selector).await }),
        }
    }
}

/// The kinds of queries with their namespaces, in the order of their first queries.
fn by_kind(queries: &[ListQuery]) -> Vec<(&ServedKind, BTreeSet<Option<String>>)> {
    let mut places = BTreeMap::new();
    let mut kinds: Vec<(&ServedKind, BTreeSet<_>)> = Vec::new();
    for query in queries {
        let place = *places.entry(&query.kind.gvk).or_insert_with(|| {
            kinds.push((&query.kind, BTreeSet::new()));
            kinds.len() - 1
        });
        if let Some((_, namespaces)) = kinds.get_mut(place) {
            namespaces.insert(query.namespace.clone());
        }
    }
    kinds
}

async fn list_all(
    api: &Api,
    kind: &ServedKind,
    namespaces: BTreeSet<Option<String>>,
    selector: &str,
) -> Vec<(Option<String>, Listed)> {
    if namespaces.len() >= MANY_NAMESPACES && !namespaces.contains(&None) {
        let everywhere = ListQuery { kind: kind.clone(), namespace: None };
        // Whoever may not list the whole cluster may list some of its namespaces; any other failure shows again.
        if let Ok(listing) = observe::list(api, &everywhere, selector).await {
            return split(listing, namespaces);
        }
    }
    let lists = namespaces.into_iter().map(|namespace| async move {
        let query = ListQuery { kind: kind.clone(), namespace };
        let listed = observe::list(api, &query, selector).await;
        (query.namespace, listed)
    });
    join_all(lists).await
}

/// The objects by namespace; those of other namespaces are dropped.
fn split(listing: Listing, namespaces: BTreeSet<Option<String>>) -> Vec<(Option<String>, Listed)> {
    let of = |namespace| (namespace, Listing { objects: Vec::new(), version: listing.version.clone() });
    let mut lists: BTreeMap<Option<String>, Listing> = namespaces.into_iter().map(of).collect();
    for object in listing.objects {
        if let Some(list) = lists.get_mut(&object.id.namespace) {
            list.objects.push(object);
        }
    }
    lists.into_iter().map(|(namespace, listing)| (namespace, Ok(listing))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(kind: &str, namespace: &str) -> ListQuery {
        let kind =
            ServedKind { gvk: Gvk::new("v1", kind), plural: kind.to_lowercase(), namespaced: true, prunable: true };
        ListQuery { kind, namespace: Some(namespace.to_owned()) }
    }

    #[test]
    fn keeps_the_order_of_kinds() {
        let queries = [query("Pod", "b"), query("ConfigMap", "a"), query("Pod", "a")];
        let kinds: Vec<_> =
            by_kind(&queries).into_iter().map(|(kind, of)| (kind.gvk.kind.as_str(), of.len())).collect();
        assert_eq!(kinds, [("Pod", 2), ("ConfigMap", 1)]);
    }

    #[test]
    fn drops_what_is_in_other_namespaces() {
        let object = |namespace: &str| {
            let text = format!(r#"{{"metadata":{{"name":"x","namespace":"{namespace}","uid":"1"}}}}"#);
            observe::live_object(&text, &Gvk::new("v1", "Pod"), true, true).unwrap()
        };
        let namespaces = ["a", "b"].map(|name| Some(name.to_owned())).into();
        let listing = Listing { objects: vec![object("a"), object("other")], version: "7".to_owned() };
        let counts: Vec<_> = split(listing, namespaces)
            .into_iter()
            .map(|(name, listed)| (name.unwrap(), listed.as_ref().unwrap().objects.len(), listed.unwrap().version))
            .collect();
        assert_eq!(counts, [("a".to_owned(), 1, "7".to_owned()), ("b".to_owned(), 0, "7".to_owned())]);
    }

    #[test]
    fn a_list_has_seen_the_writes_up_to_its_version() {
        let cases = [
            ("100", None, false),
            ("100", Some("99"), false),
            ("100", Some("100"), false),
            ("99", Some("100"), true),
            ("", Some("100"), true),
            ("100", Some("b7f1"), true),
        ];
        for (list, object, expected) in cases {
            assert_eq!(is_older(list, object), expected, "{list} {object:?}");
        }
    }
}
