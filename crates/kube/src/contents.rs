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

/// Objects in a namespace that nothing else owns, and its claims, or all objects of a definition's kind. One list per
/// kind of the cluster.
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
    let is_concerned = |group: &str| !id.is_definition() || id.name.ends_with(&format!(".{group}"));
    if let Some(unserved) = catalog.unserved().iter().find(|unserved| is_concerned(&unserved.group)) {
        return Err(TargetError::Other(format!("{}/{}: {}", unserved.group, unserved.version, unserved.reason)));
    }
    let namespace = (!id.is_definition()).then(|| id.name.clone());
    let requests: Vec<_> = kinds
        .into_iter()
        .map(|kind| {
            let query = ListQuery { kind: kind.clone(), namespace: namespace.clone() };
            let owned = id.is_definition() || kind.gvk.kind == "PersistentVolumeClaim";
            async move { (observe::names(api, &query, owned).await, query.kind.gvk.group_kind()) }
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
    // A lock says nothing; an inventory, without which an environment forgets what it applied, counts.
    let is_lock = name.starts_with("landfall-") && kind.kind == "Lease";
    let follows_service = matches!(kind.kind.as_str(), "Endpoints" | "EndpointSlice");
    if is_usual || is_lock || follows_service {
        return None;
    }
    let (own_namespace, name) = match name.split_once('/') {
        Some((namespace, name)) => (Some(namespace.to_owned()), name.to_owned()),
        None => (namespace.map(str::to_owned), name),
    };
    Some(ObjectId { group: kind.group.clone(), kind: kind.kind.clone(), namespace: own_namespace, name })
}
