//! Which watches are needed to judge objects. Pure.

use std::collections::{BTreeMap, BTreeSet};

use landfall_core::{
    catalog::ServedKind,
    health,
    object::{Gvk, ObjectId},
};
use landfall_deploy::target::WatchRequest;

use super::{feed::FeedQuery, store::FeedId};

/// With more namespaces than this a kind is watched in the whole cluster: each watch is a connection of its own.
pub const MANY: usize = 8;

/// The watches, and which of them shows what.
#[derive(Debug, Default)]
pub struct Queries {
    /// The watches, by their numbers.
    pub feeds: Vec<FeedQuery>,
    /// The watch that shows each of the objects, in their order; `None` for kinds that the target does not serve.
    pub objects: Vec<Option<FeedId>>,
    /// The watch that shows the environment's inventory.
    pub inventory: Option<FeedId>,
}

/// What is watched of a kind, before the namespaces are known to be few or many.
#[derive(Default)]
struct Wanted {
    namespaces: BTreeSet<Option<String>>,
    /// Not only those of the environment: pods carry labels of their own.
    all: bool,
}

/// The watches for objects: their kinds with the selector, and without it all that explains why they are not live.
pub fn queries(request: &WatchRequest<'_>) -> Queries {
    let mut wanted: BTreeMap<Gvk, Wanted> = BTreeMap::new();
    for (id, gvk) in request.objects {
        wanted.entry(gvk.clone()).or_default().namespaces.insert(id.namespace.clone());
        for around in around(gvk) {
            let around = wanted.entry(around).or_default();
            around.namespaces.insert(id.namespace.clone());
            around.all = true;
        }
    }
    let mut queries = Queries::default();
    let mut shown: BTreeMap<(Gvk, Option<String>), FeedId> = BTreeMap::new();
    for (gvk, wanted) in wanted {
        let Some(kind) = request.catalog.get(&gvk) else { continue };
        let labels = if wanted.all { String::new() } else { request.selector.to_string() };
        let feed =
            |namespace| FeedQuery { kind: kind.clone(), namespace, labels: labels.clone(), fields: String::new() };
        if wanted.namespaces.len() > MANY {
            let id = queries.add(feed(None));
            shown.extend(wanted.namespaces.into_iter().map(|namespace| ((gvk.clone(), namespace), id)));
        } else {
            for namespace in wanted.namespaces {
                let id = queries.add(feed(namespace.clone()));
                shown.insert((gvk.clone(), namespace), id);
            }
        }
    }
    let feed_of = |(id, gvk): &(ObjectId, Gvk)| shown.get(&(gvk.clone(), id.namespace.clone())).copied();
    queries.objects = request.objects.iter().map(feed_of).collect();
    queries.inventory = request.key.map(|key| {
        queries.add(FeedQuery {
            kind: ServedKind {
                gvk: Gvk::new("v1", "ConfigMap"),
                plural: "configmaps".to_owned(),
                namespaced: true,
                prunable: true,
            },
            namespace: Some(key.namespace.clone()),
            labels: String::new(),
            fields: format!("metadata.name={}", key.name),
        })
    });
    queries
}

/// The kinds that tell more of an object.
fn around(gvk: &Gvk) -> Vec<Gvk> {
    let event = Gvk::new("v1", "Event");
    match (gvk.group.as_str(), gvk.kind.as_str()) {
        ("apps", "Deployment") => {
            vec![
                Gvk::new("v1", "Pod"),
                Gvk::new("apps/v1", "ReplicaSet"),
                Gvk::new("v1", "PersistentVolumeClaim"),
                event,
            ]
        }
        _ if health::has_pods(gvk) => vec![Gvk::new("v1", "Pod"), Gvk::new("v1", "PersistentVolumeClaim"), event],
        ("", "PersistentVolumeClaim" | "Service") => vec![event],
        _ => Vec::new(),
    }
}

impl Queries {
    fn add(&mut self, feed: FeedQuery) -> FeedId {
        self.feeds.push(feed);
        self.feeds.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use landfall_core::{catalog::Catalog, health::ReadyConditions, selector::Selector};
    use landfall_deploy::environment::EnvironmentKey;

    use super::*;

    fn words(queries: &Queries) -> Vec<String> {
        let words = |feed: &FeedQuery| {
            let namespace = feed.namespace.as_deref().unwrap_or("*");
            format!("{}/{} {}{}", namespace, feed.kind.plural, feed.labels, feed.fields)
        };
        queries.feeds.iter().map(words).collect()
    }

    fn ask(objects: &[(&str, &str, &str)]) -> Queries {
        let mut catalog = Catalog::default();
        for (api_version, kind, plural) in [
            ("apps/v1", "Deployment", "deployments"),
            ("apps/v1", "ReplicaSet", "replicasets"),
            ("v1", "Pod", "pods"),
            ("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
            ("v1", "Event", "events"),
        ] {
            let gvk = Gvk::new(api_version, kind);
            catalog.add(ServedKind { gvk, plural: plural.into(), namespaced: true, prunable: true });
        }
        let objects: Vec<_> = objects
            .iter()
            .map(|(api_version, kind, namespace)| {
                let gvk = Gvk::new(api_version, kind);
                let id = ObjectId {
                    group: gvk.group.clone(),
                    kind: gvk.kind.clone(),
                    namespace: Some((*namespace).to_owned()),
                    name: "web".to_owned(),
                };
                (id, gvk)
            })
            .collect();
        let selector = Selector::parse("deploy=shop").unwrap();
        let key = EnvironmentKey::new("prod", &selector);
        let ready_conditions = &ReadyConditions::default();
        queries(&WatchRequest {
            objects: &objects,
            selector: &selector,
            key: Some(&key),
            catalog: &catalog,
            ready_conditions,
        })
    }

    #[test]
    fn a_deployment_needs_its_pods_and_what_explains_them() {
        let queries = ask(&[("apps/v1", "Deployment", "prod"), ("example.com/v1", "Unknown", "prod")]);
        insta::assert_debug_snapshot!(words(&queries), @r#"
        [
            "prod/events ",
            "prod/persistentvolumeclaims ",
            "prod/pods ",
            "prod/deployments deploy=shop",
            "prod/replicasets ",
            "prod/configmaps metadata.name=landfall-shop-3005fe85",
        ]
        "#);
        assert_eq!(queries.objects.len(), 2);
        assert_eq!(queries.objects[1], None, "the target does not serve it");
    }

    #[test]
    fn pods_of_the_environment_and_of_workloads_are_one_watch() {
        let queries = ask(&[("apps/v1", "Deployment", "prod"), ("v1", "Pod", "prod")]);
        assert_eq!(words(&queries).iter().filter(|feed| feed.contains("/pods")).count(), 1);
    }

    #[test]
    fn many_namespaces_are_one_watch() {
        let namespaces: Vec<String> = (0..20).map(|i| format!("team-{i}")).collect();
        let objects: Vec<_> = namespaces.iter().map(|name| ("apps/v1", "Deployment", name.as_str())).collect();
        let queries = ask(&objects);
        assert_eq!(queries.feeds.len(), 6, "{:?}", words(&queries));
        assert!(queries.objects.iter().all(|feed| *feed == queries.objects[0]));
    }
}
