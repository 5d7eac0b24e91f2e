//! What would be deleted together with a namespace or a definition.

use futures::{StreamExt, stream};
use landfall_core::{
    catalog::{Catalog, ServedKind},
    object::{GroupKind, ObjectId},
    observation::ListQuery,
};
use landfall_deploy::target::TargetError;

use crate::{
    http::{Api, CallError},
    observe,
};

/// What every namespace has by itself.
const ALWAYS_THERE: [(&str, &str); 2] = [("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")];

/// Objects in a namespace, or of a definition's kind, that nothing else owns. One list per kind of the cluster.
///
/// # Errors
/// Where a kind cannot be read: then nobody knows what would be lost.
pub async fn contents(api: &Api, id: &ObjectId, catalog: &Catalog) -> Result<Vec<ObjectId>, TargetError> {
    let kinds: Vec<&ServedKind> = if id.is_definition() {
        // A definition is named after its plural and group.
        let defined = |kind: &&ServedKind| format!("{}.{}", kind.plural, kind.gvk.group) == id.name;
        catalog.kinds().filter(defined).collect()
    } else {
        catalog.kinds().filter(|kind| kind.namespaced && kind.prunable).collect()
    };
    let namespace = (!id.is_definition()).then(|| id.name.clone());
    let requests: Vec<_> = kinds
        .into_iter()
        .map(|kind| {
            let query = ListQuery { kind: kind.clone(), namespace: namespace.clone() };
            async move { (observe::names(api, &query).await, query.kind.gvk.group_kind()) }
        })
        .collect();
    let mut lists = stream::iter(requests).buffer_unordered(16);
    let mut found = Vec::new();
    while let Some((names, kind)) = lists.next().await {
        match names {
            Ok(names) => found.extend(names.into_iter().filter_map(|name| content(&kind, name, namespace.as_deref()))),
            Err(CallError::Status(status)) if matches!(status.code, 404 | 405) => {}
            Err(error) => return Err(error.into_target_error(&format!("Looking for objects in {id}"))),
        }
    }
    found.sort();
    Ok(found)
}

fn content(kind: &GroupKind, name: String, namespace: Option<&str>) -> Option<ObjectId> {
    let is_usual = ALWAYS_THERE.contains(&(kind.kind.as_str(), name.as_str()));
    // Our own records, and what follows a Service by itself.
    let is_record = name.starts_with("landfall-") && matches!(kind.kind.as_str(), "ConfigMap" | "Lease");
    let follows = matches!(kind.kind.as_str(), "Endpoints" | "EndpointSlice");
    if is_usual || is_record || follows {
        return None;
    }
    let (own_namespace, name) = match name.split_once('/') {
        Some((namespace, name)) => (Some(namespace.to_owned()), name.to_owned()),
        None => (namespace.map(str::to_owned), name),
    };
    Some(ObjectId { group: kind.group.clone(), kind: kind.kind.clone(), namespace: own_namespace, name })
}
