//! Reads and writes records on an engine.

use std::collections::BTreeMap;

use landfall_core::object::ObjectId;
use landfall_deploy::target::TargetError;

use super::{
    Record,
    label::{self, NONCE, RECORD},
    name, uid,
};
use crate::{
    engine::{Engine, Volume},
    fault::target_error,
};

/// All records of the engine, by their objects, by one request. Of several versions the highest counts: the others are
/// what a writer left behind that was killed.
///
/// # Errors
/// Where the engine does not answer, or somebody damaged a record.
pub async fn read_all(engine: &Engine) -> Result<BTreeMap<ObjectId, Record>, TargetError> {
    let volumes = engine.volumes(&[(RECORD, "")]).await.map_err(|fault| target_error(engine, fault))?;
    of_volumes(&volumes)
}

/// The records among volumes.
///
/// # Errors
/// Where somebody damaged one.
pub fn of_volumes(volumes: &[Volume]) -> Result<BTreeMap<ObjectId, Record>, TargetError> {
    let mut records: BTreeMap<ObjectId, Record> = BTreeMap::new();
    for volume in volumes.iter().filter(|volume| is_record(volume)) {
        let record = decode(volume)?;
        let is_newer = records.get(&record.id).is_none_or(|known| known.version < record.version);
        if is_newer {
            records.insert(record.id.clone(), record);
        }
    }
    Ok(records)
}

/// The volumes that hold older versions of records, by what [`name::key`] calls the object: a writer was killed before it
/// removed them.
pub fn outdated(volumes: &[Volume]) -> BTreeMap<String, Vec<String>> {
    let mut newest: BTreeMap<&str, u64> = BTreeMap::new();
    let records = || volumes.iter().filter_map(|volume| Some((volume.labels.get(RECORD)?.as_str(), volume)));
    for (key, volume) in records() {
        let known = newest.entry(key).or_default();
        *known = (*known).max(version(volume));
    }
    let mut outdated: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, volume) in
        records().filter(|(key, volume)| newest.get(key).is_some_and(|newest| version(volume) < *newest))
    {
        outdated.entry(key.to_owned()).or_default().push(volume.name.clone());
    }
    outdated
}

/// Whether a volume is a record.
pub fn is_record(volume: &Volume) -> bool {
    volume.labels.contains_key(RECORD)
}

/// Writes a version of a record, if nobody else has written one since the version before it was read; tells when, by the
/// engine's clock.
///
/// # Errors
/// [`TargetError::Conflict`] where somebody has.
pub async fn write(engine: &Engine, record: &Record) -> Result<String, TargetError> {
    let fault = |fault| target_error(engine, fault);
    let key = name::key(&record.id);
    let volume = name::versioned(&key, record.version);
    let nonce = uid();
    let mut labels = label::encode(record)
        .map_err(|error| TargetError::Other(format!("The record of {} cannot be written: {error}", record.id)))?;
    labels.insert(NONCE.to_owned(), nonce.clone());
    let created = engine.create_volume(&volume, &labels, &BTreeMap::new()).await.map_err(fault)?;
    // The engine answers with the volume that is there already, if there is one.
    if created.labels.get(NONCE) != Some(&nonce) {
        return Err(conflict(&record.id));
    }
    // What was there before shows whether it is still the version that this one is based on.
    let all = engine.volumes(&[(RECORD, &key)]).await.map_err(fault)?;
    let mut others = Vec::new();
    for other in all.iter().filter(|other| other.name != volume) {
        others.push((version(other), other.name.as_str()));
    }
    let is_last = others.iter().all(|(other, _)| *other < record.version);
    let has_base = record.version == 1 || others.iter().any(|(other, _)| *other == record.version - 1);
    if !is_last || !has_base {
        engine.remove_volume(&volume).await.map_err(fault)?;
        return Err(conflict(&record.id));
    }
    for (_, old) in others {
        engine.remove_volume(old).await.map_err(fault)?;
    }
    Ok(created.created_at.map(|time| time.to_string()).unwrap_or_default())
}

/// Removes an object's record. One that is gone already is no fault.
///
/// # Errors
/// [`TargetError::Conflict`] where the object is another one than `uid` says.
pub async fn remove(engine: &Engine, id: &ObjectId, uid: Option<&str>) -> Result<(), TargetError> {
    let fault = |fault| target_error(engine, fault);
    let mut volumes = engine.volumes(&[(RECORD, &name::key(id))]).await.map_err(fault)?;
    // The highest last: whoever is killed in between leaves the record, not an old version of it.
    volumes.sort_by_key(version);
    if let (Some(last), Some(uid)) = (volumes.last(), uid)
        && decode(last)?.uid != uid
    {
        return Err(TargetError::Conflict(format!(
            "{id} was not removed: somebody deleted and created it since it was observed"
        )));
    }
    for volume in volumes {
        engine.remove_volume(&volume.name).await.map_err(fault)?;
    }
    Ok(())
}

fn decode(volume: &Volume) -> Result<Record, TargetError> {
    let written = volume.created_at.as_ref().map(ToString::to_string).unwrap_or_default();
    label::decode(&volume.name, &volume.labels, &written).map_err(|damaged| TargetError::Other(damaged.to_string()))
}

/// The version that the name of a volume ends with.
fn version(volume: &Volume) -> u64 {
    volume.name.rsplit('_').next().and_then(|version| version.parse().ok()).unwrap_or_default()
}

fn conflict(id: &ObjectId) -> TargetError {
    TargetError::Conflict(format!("{id} was not written: somebody else has written it in the meantime"))
}

/// The time by the engine's clock, RFC 3339 in whole seconds.
pub fn seconds(engine: &Engine) -> String {
    engine.now().round(jiff::Unit::Second).unwrap_or_else(|_| engine.now()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_newest_version_is_outdated() {
        let volume = |key: &str, version: u64| {
            let labels = [(RECORD.to_owned(), key.to_owned())].into();
            Volume { name: format!("{key}_{version}"), labels, ..Volume::default() }
        };
        let other = Volume { name: "data.prod_1".to_owned(), ..Volume::default() };
        let volumes = [volume("web", 9), volume("web", 10), volume("db", 3), volume("web", 8), other];
        let expected = BTreeMap::from([("web".to_owned(), vec!["web_9".to_owned(), "web_8".to_owned()])]);
        assert_eq!(outdated(&volumes), expected);
    }
}
