//! The lists of a deploy: one request per kind and namespace, or one per kind where there are many namespaces.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures::future::join_all;
use landfall_core::{
    catalog::ServedKind,
    object::Gvk,
    observation::{ListQuery, LiveObject},
};

use crate::{
    http::{Api, CallError},
    observe,
};
use landfall_deploy::task::Task;

/// From so many namespaces on a kind is listed in the whole cluster. That shows other people's objects of the same
/// label, too, which are dropped, but a request costs the server more than many objects that it need not send.
const MANY_NAMESPACES: usize = 4;

type Listed = Result<Vec<LiveObject>, CallError>;

/// The lists of one kind that are under way.
struct Group {
    namespaces: BTreeSet<Option<String>>,
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

    /// The results of all queries: of the lists that are under way, and of those that are still missing.
    pub async fn complete(mut self, api: &Arc<Api>, queries: &[ListQuery], selector: &str) -> Vec<(ListQuery, Listed)> {
        self.add(api, queries, selector);
        let mut results = Vec::new();
        for (kind, wanted) in by_kind(queries) {
            for group in self.0.remove(&kind.gvk).into_iter().flatten() {
                let listed = group.task.join().await.into_iter().filter(|(namespace, _)| wanted.contains(namespace));
                results.extend(listed.map(|(namespace, listed)| (ListQuery { kind: kind.clone(), namespace }, listed)));
            }
        }
        results
    }
}

impl Group {
    fn start(api: &Arc<Api>, kind: &ServedKind, namespaces: BTreeSet<Option<String>>, selector: &str) -> Self {
        let (api, kind, selector, all) = (Arc::clone(api), kind.clone(), selector.to_owned(), namespaces.clone());
        Self { namespaces, task: Task::spawn(async move { list_all(&api, &kind, all, &selector).await }) }
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
        if let Ok(objects) = observe::list(api, &everywhere, selector).await {
            return split(objects, namespaces);
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
fn split(objects: Vec<LiveObject>, namespaces: BTreeSet<Option<String>>) -> Vec<(Option<String>, Listed)> {
    let mut lists: BTreeMap<Option<String>, Vec<LiveObject>> =
        namespaces.into_iter().map(|namespace| (namespace, Vec::new())).collect();
    for object in objects {
        if let Some(list) = lists.get_mut(&object.id.namespace) {
            list.push(object);
        }
    }
    lists.into_iter().map(|(namespace, objects)| (namespace, Ok(objects))).collect()
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
        let lists = split(vec![object("a"), object("other")], namespaces);
        let counts: Vec<_> = lists.into_iter().map(|(name, listed)| (name.unwrap(), listed.unwrap().len())).collect();
        assert_eq!(counts, [("a".to_owned(), 1), ("b".to_owned(), 0)]);
    }
}
