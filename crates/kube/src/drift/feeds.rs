//! Which watches show the objects of an environment. Pure.

use std::collections::{BTreeMap, BTreeSet};

use landfall_core::object::{Gvk, ObjectId};
use landfall_deploy::target::DriftRequest;

use crate::watch::{feed::FeedQuery, queries::MANY};

/// One watch, and the objects that it is to show.
#[derive(Debug)]
pub struct DriftFeed {
    /// The watch.
    pub query: FeedQuery,
    /// The objects.
    pub objects: BTreeSet<ObjectId>,
}

/// One watch for each kind and namespace; for a kind that is in many namespaces, one for all.
pub fn feeds(request: &DriftRequest) -> Vec<DriftFeed> {
    let mut by_kind: BTreeMap<&Gvk, BTreeMap<Option<String>, BTreeSet<ObjectId>>> = BTreeMap::new();
    for (id, (gvk, _)) in request.applied.iter() {
        by_kind.entry(gvk).or_default().entry(id.namespace.clone()).or_default().insert(id.clone());
    }
    let mut feeds = Vec::new();
    for (gvk, namespaces) in by_kind {
        // A kind that is not served any more has no objects.
        let Some(kind) = request.catalog.get(gvk) else { continue };
        let query = |namespace| FeedQuery {
            kind: kind.clone(),
            namespace,
            labels: request.selector.to_string(),
            fields: String::new(),
        };
        if namespaces.len() > MANY {
            let objects = namespaces.into_values().flatten().collect();
            feeds.push(DriftFeed { query: query(None), objects });
        } else {
            for (namespace, objects) in namespaces {
                feeds.push(DriftFeed { query: query(namespace), objects });
            }
        }
    }
    feeds
}
