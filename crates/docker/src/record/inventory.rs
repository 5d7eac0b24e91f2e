//! The inventories of environments: records, too.

use std::collections::BTreeMap;

use landfall_core::{
    inventory::{Inventory, Latest},
    object::{Gvk, ObjectId},
};
use landfall_deploy::{
    environment::EnvironmentKey,
    target::{Inventories, TargetError},
};
use serde_json::{Value, json};

use super::{Record, store};
use crate::{engine::Engine, network};

const GROUP: &str = "landfall.dev";
const KIND: &str = "Inventory";

/// The inventory of an environment and those of the others, from all records.
///
/// # Errors
/// Where one cannot be read.
pub fn read(records: &BTreeMap<ObjectId, Record>, key: &EnvironmentKey) -> Result<Inventories, TargetError> {
    let mut inventories = Inventories::default();
    for record in records.values().filter(|record| is_inventory(&record.id)) {
        let inventory = Inventory::decode(&entries(&record.document))?;
        if record.id == id(key) {
            inventories.own = Some(inventory);
            inventories.version = Some(record.version.to_string());
            inventories.written = Some(record.written.clone()).filter(|written| !written.is_empty());
        } else {
            let selector = record.document.pointer("/spec/selector").and_then(Value::as_str).unwrap_or_default();
            let namespace = record.id.namespace.as_deref().unwrap_or_default();
            let name = format!("'{selector}' (its record: {} in namespace {namespace})", record.id.name);
            inventories.others.insert(name, inventory);
        }
    }
    Ok(inventories)
}

/// Writes the inventory, if nobody else has since `version` was read; tells the new version.
///
/// # Errors
/// Where somebody has, or the engine does not answer.
pub async fn write(
    engine: &Engine,
    known: Option<Record>,
    key: &EnvironmentKey,
    inventory: &Inventory,
    version: Option<&str>,
) -> Result<Record, TargetError> {
    let gvk = Gvk::new("landfall.dev/v1", KIND);
    let document = json!({
        "metadata": {"name": key.name, "namespace": key.namespace},
        "spec": {"selector": key.selector},
        "data": inventory.encode(),
    });
    let known = known.filter(|known| version == Some(known.version.to_string().as_str()));
    let mut record = match (known, version) {
        (Some(known), _) => known.next(gvk, document),
        (None, None) => Record::new(id(key), gvk, &network::environment(key), document, store::seconds(engine)),
        (None, Some(_)) => {
            return Err(TargetError::Conflict(
                "The inventory was not written: somebody else has written it in the meantime".to_owned(),
            ));
        }
    };
    record.written = store::write(engine, &record).await?;
    Ok(record)
}

/// The identity of an environment's inventory.
pub fn id(key: &EnvironmentKey) -> ObjectId {
    ObjectId {
        group: GROUP.to_owned(),
        kind: KIND.to_owned(),
        namespace: Some(key.namespace.clone()),
        name: key.name.clone(),
    }
}

/// Whether a record is an inventory and none of the user's objects.
pub fn is_inventory(id: &ObjectId) -> bool {
    id.group == GROUP && id.kind == KIND
}

/// Who deployed to an environment last.
pub fn latest(records: &BTreeMap<ObjectId, Record>, key: &EnvironmentKey) -> Option<Latest> {
    records.get(&id(key)).map(|record| Latest::of(&entries(&record.document)))
}

fn entries(document: &Value) -> BTreeMap<String, String> {
    let data = document.get("data").and_then(Value::as_object).into_iter().flatten();
    data.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}
