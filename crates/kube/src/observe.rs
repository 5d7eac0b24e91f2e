//! Reads what is live: one paginated LIST per kind and namespace, and single objects that no list shows.

use std::{collections::BTreeMap, sync::Arc};

use futures::{StreamExt, stream};
use landfall_core::{
    catalog::ServedKind,
    object::{Gvk, ObjectId},
    observation::{ListQuery, LiveObject, Observation, Unseen},
};
use landfall_deploy::target::{ObserveRequest, TargetError};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    http::{Api, Call, CallError},
    path,
    read_ahead::ReadAhead,
};

/// Objects in one page of a list. The whole answer is in memory at a time, so pages bound the memory.
const PAGE: &str = "500";

/// Single objects that are read at once.
const READS: usize = 32;

/// So many missing objects of one kind are read one by one; for more, one list of all names is cheaper.
const FEW: usize = 32;

const METADATA_ONLY: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(default)]
    metadata: PageMetadata,
    /// `null` in an empty list of metadata.
    #[serde(borrow, default)]
    items: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize, Default)]
struct PageMetadata {
    #[serde(default, rename = "continue")]
    next: String,
    #[serde(default, rename = "resourceVersion")]
    resource_version: String,
}

/// What is needed of an object before it is compared.
#[derive(Deserialize)]
struct Head {
    kind: Option<String>,
    metadata: HeadMetadata,
}

#[derive(Deserialize)]
struct HeadMetadata {
    name: String,
    namespace: Option<String>,
    uid: String,
}

/// Reads all that is asked for. What may not or cannot be read becomes part of the answer.
///
/// # Errors
/// Where the server cannot be reached, does not know the user, or may not show a desired object.
pub async fn observe(
    api: &Arc<Api>,
    ahead: &ReadAhead,
    request: &ObserveRequest<'_>,
) -> Result<Observation, TargetError> {
    let selector = request.selector.to_string();
    let mut observation = Observation::default();
    let lists = ahead.lists(&selector).complete(api, request.queries, &selector, request.not_before).await;
    for (query, result) in lists {
        match result {
            Ok(listing) => {
                for object in listing.objects {
                    let wanted = request.wanted.get(&object.id).map(|kind| &kind.gvk);
                    observation.add(object, wanted);
                }
            }
            Err(CallError::Target(error)) => return Err(error),
            // The kind has gone since it was discovered, or is not there yet: there are no objects of it.
            Err(CallError::Status(status)) if status.code == 404 => {}
            Err(CallError::Status(status)) => observation.add_unseen(Unseen {
                kind: query.kind.gvk.group_kind(),
                namespace: query.namespace.clone(),
                reason: status.message,
            }),
        }
    }
    read_missing(api, request, &mut observation).await?;
    Ok(observation)
}

/// What a list has shown.
pub struct Listing {
    /// The objects.
    pub objects: Vec<LiveObject>,
    /// The `resourceVersion` of the list: it has seen all writes up to this one.
    pub version: String,
}

/// All objects of one kind that the selector selects.
pub async fn list(api: &Api, query: &ListQuery, selector: &str) -> Result<Listing, CallError> {
    let mut objects = Vec::new();
    let version = for_each_page(api, query, selector, "application/json", |item| {
        objects.push(live_object(item.get(), &query.kind.gvk, query.kind.namespaced, true)?);
        Ok(())
    })
    .await?;
    Ok(Listing { objects, version })
}

/// Calls `each` with every item, and returns the version of the list: further pages show what the first one has seen.
async fn for_each_page(
    api: &Api,
    query: &ListQuery,
    selector: &str,
    accept: &'static str,
    mut each: impl FnMut(&RawValue) -> serde_json::Result<()>,
) -> Result<String, CallError> {
    let collection = path::collection(&query.kind, query.namespace.as_deref());
    let mut next = String::new();
    let mut version = None;
    loop {
        let mut parameters = vec![("limit", PAGE)];
        if !selector.is_empty() {
            parameters.push(("labelSelector", selector));
        }
        if !next.is_empty() {
            parameters.push(("continue", &next));
        }
        let answer = api.call(Call::get(path::with_query(&collection, &parameters)).accept(accept)).await?;
        let unreadable = |error: serde_json::Error| {
            CallError::Target(TargetError::Other(format!("The list of {} cannot be read: {error}", query.kind.plural)))
        };
        let page: Page<'_> = serde_json::from_slice(&answer.body).map_err(unreadable)?;
        for item in page.items.into_iter().flatten() {
            each(item).map_err(unreadable)?;
        }
        let version = version.get_or_insert(page.metadata.resource_version);
        if page.metadata.next.is_empty() {
            return Ok(std::mem::take(version));
        }
        next = page.metadata.next;
    }
}

/// Reads one object's head and keeps the rest as text. Items of a list lack `apiVersion` and `kind`, which a patch
/// would otherwise seem to add.
pub fn live_object(document: &str, gvk: &Gvk, namespaced: bool, selected: bool) -> serde_json::Result<LiveObject> {
    let head: Head = serde_json::from_str(document)?;
    let document = match (&head.kind, document.split_once('{')) {
        (None, Some((_, rest))) => {
            format!("{{\"apiVersion\":\"{}\",\"kind\":\"{}\",{rest}", gvk.api_version(), gvk.kind)
        }
        _ => document.to_owned(),
    };
    Ok(LiveObject {
        id: ObjectId {
            group: gvk.group.clone(),
            kind: gvk.kind.clone(),
            namespace: head.metadata.namespace.filter(|_| namespaced),
            name: head.metadata.name,
        },
        gvk: gvk.clone(),
        drift: Vec::new(),
        uid: head.metadata.uid,
        document: document.into_boxed_str(),
        selected,
    })
}

/// An object that is read even if the selector does not select it.
type Wanted<'a> = (&'a ObjectId, &'a ServedKind);

/// Reads the wanted objects that no list showed: they may exist without the label.
async fn read_missing(
    api: &Api,
    request: &ObserveRequest<'_>,
    observation: &mut Observation,
) -> Result<(), TargetError> {
    // Without a selector the lists, where there are any, show everything.
    if request.selector.is_empty() && observation.unseen.is_empty() && !request.queries.is_empty() {
        return Ok(());
    }
    let mut missing: BTreeMap<(&Gvk, Option<&str>), Vec<Wanted<'_>>> = BTreeMap::new();
    for (id, kind) in request.wanted.iter().filter(|(id, _)| !observation.live.contains_key(**id)) {
        missing.entry((&kind.gvk, id.namespace.as_deref())).or_default().push((id, kind));
    }
    let mut groups: Vec<Vec<Wanted<'_>>> = missing.into_values().collect();
    groups.iter_mut().for_each(|group| group.sort_by_key(|(id, _)| *id));
    let requests: Vec<_> = groups.into_iter().map(|group| existing(api, group)).collect();
    let groups: Vec<Vec<Wanted<'_>>> = stream::iter(requests).buffer_unordered(READS).collect().await;
    let requests: Vec<_> = groups
        .into_iter()
        .flatten()
        .map(|(id, kind)| async move { (id, kind, api.call(Call::get(path::object(kind, id))).await) })
        .collect();
    let mut reads = stream::iter(requests).buffer_unordered(READS);
    while let Some((id, kind, result)) = reads.next().await {
        match result {
            Ok(answer) => {
                let unreadable =
                    |error: &dyn std::fmt::Display| TargetError::Other(format!("{id} cannot be read: {error}"));
                let text = std::str::from_utf8(&answer.body).map_err(|error| unreadable(&error))?;
                let object = live_object(text, &kind.gvk, kind.namespaced, false);
                observation.add(object.map_err(|error| unreadable(&error))?, Some(&kind.gvk));
            }
            Err(CallError::Status(status)) if status.code == 404 => {}
            Err(CallError::Status(status)) if !request.required.contains(id) => observation.add_unseen(Unseen {
                kind: id.group_kind(),
                namespace: id.namespace.clone(),
                reason: status.message,
            }),
            Err(error) => return Err(error.into_target_error(&format!("Reading {id}"))),
        }
    }
    Ok(())
}

/// Those of many objects that exist, by one list of all names; few are simply tried.
async fn existing<'a>(api: &Api, group: Vec<Wanted<'a>>) -> Vec<Wanted<'a>> {
    let Some((id, kind)) = group.first().filter(|_| group.len() > FEW) else { return group };
    let query = ListQuery { kind: (*kind).clone(), namespace: id.namespace.clone() };
    let mut names = std::collections::HashSet::new();
    let listed = for_each_page(api, &query, "", METADATA_ONLY, |item| {
        let head: NameOnly = serde_json::from_str(item.get())?;
        names.insert(head.metadata.name);
        Ok(())
    })
    .await;
    match listed {
        Ok(_) => group.into_iter().filter(|(id, _)| names.contains(&id.name)).collect(),
        // Whoever may not list may still read single objects.
        Err(_) => group,
    }
}

#[derive(Deserialize)]
struct NameOnly {
    metadata: NameMetadata,
}

#[derive(Deserialize)]
struct NameMetadata {
    name: String,
}

/// The names of all objects of a kind in a namespace, or in the whole cluster with their namespaces in front; those that
/// another object owns only where that is asked for.
pub async fn names(api: &Api, query: &ListQuery, owned: bool) -> Result<Vec<String>, CallError> {
    #[derive(Deserialize)]
    struct Owned {
        metadata: OwnedMetadata,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct OwnedMetadata {
        name: String,
        namespace: Option<String>,
        #[serde(default)]
        owner_references: Vec<serde::de::IgnoredAny>,
    }
    let mut found = Vec::new();
    for_each_page(api, query, "", METADATA_ONLY, |item| {
        let object: Owned = serde_json::from_str(item.get())?;
        if owned || object.metadata.owner_references.is_empty() {
            let namespace = object.metadata.namespace.filter(|_| query.namespace.is_none());
            found.push(
                namespace
                    .map_or(object.metadata.name.clone(), |namespace| format!("{namespace}/{}", object.metadata.name)),
            );
        }
        Ok(())
    })
    .await?;
    Ok(found)
}
