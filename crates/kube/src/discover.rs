//! The kinds that the API server serves.
//!
//! Two requests by aggregated discovery (<https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery>),
//! and one per group version on servers before v1.26.

use futures::{StreamExt, TryStreamExt, stream};
use landfall_core::{
    catalog::{Catalog, ServedKind, UnservedGroup},
    object::Gvk,
};
use landfall_deploy::target::TargetError;
use serde::Deserialize;

use crate::http::{Answer, Api, Call, CallError};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                          application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

#[derive(Deserialize)]
struct GroupList {
    #[serde(default)]
    items: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    metadata: Named,
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Deserialize, Default)]
struct Named {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
    #[serde(default)]
    freshness: String,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    resource: String,
    #[serde(default)]
    response_kind: Option<ResponseKind>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    verbs: Vec<String>,
}

#[derive(Deserialize)]
struct ResponseKind {
    #[serde(default)]
    kind: String,
}

/// Asks for all kinds.
///
/// # Errors
/// Where the server does not answer.
pub async fn discover(api: &Api) -> Result<Catalog, TargetError> {
    let ask = |path: &'static str| async move {
        let answer = api.call(Call::get(path).accept(AGGREGATED)).await;
        answer.map_err(|error| error.into_target_error("Asking for the kinds that the cluster serves"))
    };
    let (core, named) = futures::try_join!(ask("/api"), ask("/apis"))?;
    if !is_aggregated(&core) || !is_aggregated(&named) {
        return discover_each(api, &core, &named).await;
    }
    let mut catalog = Catalog::default();
    for answer in [core, named] {
        let list: GroupList = read(&answer.body)?;
        for group in list.items {
            for version in group.versions {
                add_version(&mut catalog, &group.metadata.name, version);
            }
        }
    }
    Ok(catalog)
}

fn is_aggregated(answer: &Answer) -> bool {
    answer.content_type.contains("as=APIGroupDiscoveryList")
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, TargetError> {
    serde_json::from_slice(body)
        .map_err(|error| TargetError::Other(format!("The cluster's list of kinds cannot be read: {error}")))
}

fn add_version(catalog: &mut Catalog, group: &str, version: Version) {
    if version.freshness == "Stale" {
        let reason = "the API service that serves it does not answer".to_owned();
        catalog.add_unserved(UnservedGroup { group: group.to_owned(), version: version.version, reason });
        return;
    }
    for resource in version.resources {
        let Some(kind) = resource.response_kind.filter(|kind| !kind.kind.is_empty()) else { continue };
        let gvk = Gvk { group: group.to_owned(), version: version.version.clone(), kind: kind.kind };
        catalog.add(ServedKind {
            prunable: is_prunable(&gvk, &resource.verbs),
            namespaced: resource.scope == "Namespaced",
            plural: resource.resource,
            gvk,
        });
    }
}

/// Kinds that can be listed and deleted. Events are left out: there are very many, and nobody applies them.
fn is_prunable(gvk: &Gvk, verbs: &[String]) -> bool {
    let can = |verb: &str| verbs.iter().any(|known| known == verb);
    can("list") && can("delete") && gvk.kind != "Event" && gvk.group != "metrics.k8s.io"
}

#[derive(Deserialize)]
struct CoreVersions {
    versions: Vec<String>,
}

#[derive(Deserialize)]
struct NamedGroups {
    groups: Vec<NamedGroup>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamedGroup {
    name: String,
    versions: Vec<NamedVersion>,
    #[serde(default)]
    preferred_version: Option<NamedVersion>,
}

#[derive(Deserialize, PartialEq)]
struct NamedVersion {
    version: String,
}

#[derive(Deserialize)]
struct ResourceList {
    resources: Vec<LegacyResource>,
}

#[derive(Deserialize)]
struct LegacyResource {
    name: String,
    namespaced: bool,
    kind: String,
    #[serde(default)]
    verbs: Vec<String>,
}

/// One request per group version, as servers before aggregated discovery need it.
async fn discover_each(api: &Api, core: &Answer, named: &Answer) -> Result<Catalog, TargetError> {
    let core: CoreVersions = read(&core.body)?;
    let named: NamedGroups = read(&named.body)?;
    let mut versions: Vec<(String, String)> =
        core.versions.into_iter().map(|version| (String::new(), version)).collect();
    for mut group in named.groups {
        let preferred = group.preferred_version.take();
        group.versions.sort_by_key(|version| preferred.as_ref() != Some(version));
        versions.extend(group.versions.into_iter().map(|version| (group.name.clone(), version.version)));
    }
    let lists: Vec<(String, String, Result<Answer, CallError>)> =
        stream::iter(versions.into_iter().map(|(group, version)| async move {
            let path = if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
            let answer = api.call(Call::get(path)).await;
            Ok::<_, TargetError>((group, version, answer))
        }))
        .buffered(16)
        .try_collect()
        .await?;
    let mut catalog = Catalog::default();
    for (group, version, answer) in lists {
        match answer {
            Ok(answer) => {
                let list: ResourceList = read(&answer.body)?;
                for resource in list.resources.into_iter().filter(|resource| !resource.name.contains('/')) {
                    let gvk = Gvk { group: group.clone(), version: version.clone(), kind: resource.kind };
                    let prunable = is_prunable(&gvk, &resource.verbs);
                    catalog.add(ServedKind { gvk, plural: resource.name, namespaced: resource.namespaced, prunable });
                }
            }
            Err(CallError::Status(status)) => {
                catalog.add_unserved(UnservedGroup { group, version, reason: status.message });
            }
            Err(CallError::Target(error)) => return Err(error),
        }
    }
    Ok(catalog)
}
