//! The inventory of an environment, in a ConfigMap of its namespace.
//!
//! It does not carry the environment's label: kubectl's `--prune` never touches it.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
};

use ::http::Method;
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use landfall_core::inventory::{Inventory, Latest};
use landfall_deploy::{
    environment::EnvironmentKey,
    target::{Inventories, TargetError},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    http::{Api, Call, CallError},
    path,
};

/// Marks the ConfigMaps that are inventories.
const LABEL: &str = "landfall.dev/inventory";

/// Says which environment it is the inventory of.
const SELECTOR: &str = "landfall.dev/selector";

/// A ConfigMap holds 1 MiB. A larger inventory is compressed, which makes room for about 30,000 objects.
const PLAIN_LIMIT: usize = 512 * 1024;

const COMPRESSED: &str = "inventory.gz";

#[derive(Serialize, Deserialize)]
struct ConfigMap {
    #[serde(rename = "apiVersion", default)]
    api_version: String,
    #[serde(default)]
    kind: String,
    metadata: Metadata,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    data: BTreeMap<String, String>,
    #[serde(default, rename = "binaryData", skip_serializing_if = "BTreeMap::is_empty")]
    binary_data: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_version: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
    #[serde(default, skip_serializing)]
    managed_fields: Vec<ManagedFields>,
}

/// When somebody wrote; the fields are left aside.
#[derive(Deserialize, Default)]
struct ManagedFields {
    time: Option<String>,
}

#[derive(Deserialize)]
struct List {
    items: Vec<ConfigMap>,
}

/// Reads all inventories of the cluster, or where that is not allowed those of the namespace.
///
/// # Errors
/// Where they cannot be read: without them nobody knows what is whose.
pub async fn read(api: &Api, key: &EnvironmentKey) -> Result<Inventories, TargetError> {
    let everywhere = path::with_query("/api/v1/configmaps", &[("labelSelector", LABEL)]);
    let answer = match api.call(Call::get(everywhere)).await {
        Err(CallError::Status(status)) if status.code == 403 => {
            let here = collection(key);
            api.call(Call::get(path::with_query(&here, &[("labelSelector", LABEL)]))).await
        }
        answer => answer,
    };
    let doing = doing("Reading", key);
    let answer = answer.map_err(|error| error.into_target_error(&doing))?;
    let list: List = serde_json::from_slice(&answer.body)
        .map_err(|error| TargetError::Other(format!("The inventories cannot be read: {error}")))?;
    let mut inventories = Inventories::default();
    for map in list.items {
        let is_own = map.metadata.name == key.name && map.metadata.namespace.as_deref() == Some(&key.namespace);
        if is_own {
            inventories.own = Some(decode(&map)?);
            inventories.version = map.metadata.resource_version;
            inventories.written = map.metadata.managed_fields.into_iter().filter_map(|entry| entry.time).max();
        } else {
            let selector = map.metadata.annotations.get(SELECTOR).cloned().unwrap_or_else(|| map.metadata.name.clone());
            let namespace = map.metadata.namespace.clone().unwrap_or_default();
            let name = format!("'{selector}' (its record: ConfigMap {} in namespace {namespace})", map.metadata.name);
            inventories.others.insert(name, decode(&map)?);
        }
    }
    Ok(inventories)
}

/// The version of an environment's own inventory, `None` where there is none. A single object is read in no time, where a server
/// may take a tenth of a second for a list.
///
/// # Errors
/// Where it cannot be read.
pub async fn version(api: &Api, key: &EnvironmentKey) -> Result<Option<String>, TargetError> {
    let doing = doing("Reading", key);
    let path = format!("{}/{}", collection(key), key.name);
    let answer = match api.call(Call::get(path)).await {
        Err(CallError::Status(status)) if status.code == 404 => return Ok(None),
        answer => answer.map_err(|error| error.into_target_error(&doing))?,
    };
    let map: ConfigMap = serde_json::from_slice(&answer.body)
        .map_err(|error| TargetError::Other(format!("The inventory cannot be read: {error}")))?;
    Ok(map.metadata.resource_version.filter(|_| map.metadata.labels.contains_key(LABEL)))
}

/// Where the inventory is among others of its kind.
fn collection(key: &EnvironmentKey) -> String {
    format!("/api/v1/namespaces/{}/configmaps", key.namespace)
}

/// What is told of a request that failed: `Reading the inventory (...)`.
fn doing(verb: &str, key: &EnvironmentKey) -> String {
    format!("{verb} the inventory (ConfigMap {} in namespace {})", key.name, key.namespace)
}

/// Writes the inventory, if nobody else has written it since `version` was read; tells the new version.
///
/// # Errors
/// Where somebody has, or it is not allowed, or it is too large.
pub async fn write(
    api: &Api,
    key: &EnvironmentKey,
    inventory: &Inventory,
    version: Option<&str>,
) -> Result<String, TargetError> {
    let map = encode(key, inventory, version)?;
    let body = serde_json::to_vec(&map)
        .map_err(|error| TargetError::Other(format!("The inventory cannot be written: {error}")))?;
    let collection = collection(key);
    let manager = [("fieldManager", "landfall")];
    let call = match version {
        None => Call::new(Method::POST, path::with_query(&collection, &manager), body),
        Some(_) => Call::new(Method::PUT, path::with_query(&format!("{collection}/{}", key.name), &manager), body),
    };
    let doing = doing("Writing", key);
    let unreadable = |error| TargetError::Other(format!("The written inventory cannot be read: {error}"));
    let answer = match api.call(call).await {
        // Where the answer to a write was lost, and it was sent again, its own first sending is in the way.
        Err(CallError::Status(status)) if status.code == 409 => {
            let existing = api.call(Call::get(format!("{collection}/{}", key.name))).await;
            let existing = existing.map_err(|error| error.into_target_error(&doing))?;
            let found: ConfigMap = serde_json::from_slice(&existing.body).map_err(unreadable)?;
            if found.data != map.data || found.binary_data != map.binary_data {
                return Err(CallError::Status(status).into_target_error(&doing));
            }
            existing
        }
        answer => answer.map_err(|error| error.into_target_error(&doing))?,
    };
    let written: ConfigMap = serde_json::from_slice(&answer.body).map_err(unreadable)?;
    Ok(written.metadata.resource_version.unwrap_or_default())
}

/// Whether an object that was watched is the inventory of this name.
pub fn is_named(map: &Value, name: &str) -> bool {
    map.pointer("/metadata/name").and_then(Value::as_str) == Some(name)
}

/// Whether an inventory that was watched is of this version or a newer one. Versions are numbers that only grow
/// (<https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions>); those of a server that counts in
/// another way tell nothing.
pub fn is_at_least(map: &Value, version: Option<&str>) -> bool {
    let seen = map.pointer("/metadata/resourceVersion").and_then(Value::as_str);
    let number = |version: Option<&str>| version.and_then(|version| version.parse::<u64>().ok());
    number(seen).zip(number(version)).is_none_or(|(seen, wanted)| seen >= wanted)
}

/// Who deployed last, from an inventory that was watched.
pub fn latest(map: &Value) -> Latest {
    let data = map.get("data").and_then(Value::as_object).into_iter().flatten();
    let entries = data.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    Latest::of(&entries.filter(|(key, _)| !key.starts_with("objects.")).collect())
}

fn encode(key: &EnvironmentKey, inventory: &Inventory, version: Option<&str>) -> Result<ConfigMap, TargetError> {
    let mut data = inventory.encode();
    let mut binary_data = BTreeMap::new();
    let size: usize = data.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > PLAIN_LIMIT {
        let failed = |error: std::io::Error| TargetError::Other(format!("The inventory cannot be compressed: {error}"));
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(json!(data).to_string().as_bytes()).map_err(failed)?;
        binary_data.insert(COMPRESSED.to_owned(), STANDARD.encode(encoder.finish().map_err(failed)?));
        data.retain(|key, _| !key.starts_with("objects."));
    }
    Ok(ConfigMap {
        api_version: "v1".to_owned(),
        kind: "ConfigMap".to_owned(),
        metadata: Metadata {
            name: key.name.clone(),
            namespace: Some(key.namespace.clone()),
            resource_version: version.map(str::to_owned),
            labels: BTreeMap::from([
                (LABEL.to_owned(), "true".to_owned()),
                ("app.kubernetes.io/managed-by".to_owned(), "landfall".to_owned()),
            ]),
            annotations: BTreeMap::from([(SELECTOR.to_owned(), key.selector.clone())]),
            managed_fields: Vec::new(),
        },
        data,
        binary_data,
    })
}

fn decode(map: &ConfigMap) -> Result<Inventory, TargetError> {
    let Some(compressed) = map.binary_data.get(COMPRESSED) else { return Ok(Inventory::decode(&map.data)?) };
    let damaged = |error: &dyn std::fmt::Display| {
        TargetError::Other(format!("The inventory {} is damaged: {error}", map.metadata.name))
    };
    let bytes = STANDARD.decode(compressed).map_err(|error| damaged(&error))?;
    let mut text = String::new();
    GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).map_err(|error| damaged(&error))?;
    let entries: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|error| damaged(&error))?;
    Ok(Inventory::decode(&entries)?)
}

#[cfg(test)]
mod tests {
    use landfall_core::{object::ObjectId, selector::Selector};

    use super::*;

    #[test]
    fn what_a_watch_saw_before_the_write_is_past() {
        let map = |version: &str| json!({"metadata": {"name": "landfall-shop", "resourceVersion": version}});
        for (seen, written, expected) in
            [("99", None, true), ("99", Some("100"), false), ("100", Some("100"), true), ("101", Some("100"), true)]
        {
            assert_eq!(is_at_least(&map(seen), written), expected, "{seen} after {written:?}");
        }
    }

    #[test]
    fn large_inventories_are_compressed_and_read_again() {
        let id = |index: u32| ObjectId {
            group: String::new(),
            kind: "ConfigMap".into(),
            namespace: Some("prod".into()),
            name: format!("settings-{index}"),
        };
        let uid = |index: u32| format!("{:08x}-1111-2222-3333-{:012x}", index.wrapping_mul(2_654_435_761), index);
        let objects = (0..20_000).map(|index| (id(index), Some(uid(index)))).collect();
        let inventory = Inventory { revision: Some("4f9d1c2".into()), objects, ..Inventory::default() };
        let key = EnvironmentKey::new("prod", &Selector::parse("deploy=web").unwrap());
        let map = encode(&key, &inventory, Some("7")).unwrap();
        assert!(serde_json::to_vec(&map).unwrap().len() < 1024 * 1024);
        assert_eq!(map.data.get("revision").map(String::as_str), Some("4f9d1c2"), "stays readable");
        assert_eq!(decode(&map).unwrap(), inventory);
    }
}
