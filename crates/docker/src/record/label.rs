//! A record as the labels of a volume.

use std::{
    collections::{BTreeMap, HashMap},
    io::{Read, Write},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use landfall_core::object::{Gvk, ObjectId};
use serde_json::Value;

use super::{Record, name};
use crate::pod::Label;

/// The label that every record has; its value is the record's key.
pub const RECORD: &str = "landfall.dev/record";
/// Tells which of several writers made the volume.
pub const NONCE: &str = "landfall.dev/nonce";

const GROUP: &str = "landfall.dev/group";
const KIND: &str = "landfall.dev/kind";
const NAMESPACE: &str = "landfall.dev/namespace";
const NAME: &str = "landfall.dev/name";
const API_VERSION: &str = "landfall.dev/api-version";
const UID: &str = "landfall.dev/uid";
const GENERATION: &str = "landfall.dev/generation";
const VERSION: &str = "landfall.dev/resource-version";
const CREATED: &str = "landfall.dev/created";
const DOCUMENT: &str = "landfall.dev/document";

/// A record that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "The volume '{volume}' is a record of Landfall's, but {fault}. Somebody changed it by hand; remove it (`docker volume rm {volume}`): the next deploy records its object again"
)]
pub struct Damaged {
    /// The volume.
    pub volume: String,
    /// What is wrong with it.
    pub fault: String,
}

/// The labels of a record. The document is compressed, which also keeps it from being read in passing: it may be a
/// Secret.
///
/// # Errors
/// Where it cannot be compressed.
pub fn encode(record: &Record) -> std::io::Result<BTreeMap<String, String>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(record.document.to_string().as_bytes())?;
    let document = STANDARD.encode(encoder.finish()?);
    let labels = [
        (RECORD, name::key(&record.id)),
        (GROUP, record.id.group.clone()),
        (KIND, record.id.kind.clone()),
        (NAMESPACE, record.id.namespace.clone().unwrap_or_default()),
        (NAME, record.id.name.clone()),
        (API_VERSION, record.gvk.api_version()),
        (Label::Environment.key(), record.environment.clone()),
        (UID, record.uid.clone()),
        (GENERATION, record.generation.to_string()),
        (VERSION, record.version.to_string()),
        (CREATED, record.created.clone()),
        (DOCUMENT, document),
    ];
    Ok(labels.map(|(key, value)| (key.to_owned(), value)).into())
}

/// Reads what [`encode`] wrote.
///
/// # Errors
/// Where somebody damaged it.
pub fn decode(volume: &str, labels: &HashMap<String, String>, written: &str) -> Result<Record, Damaged> {
    let damaged = |fault: String| Damaged { volume: volume.to_owned(), fault };
    let label = |key: &str| labels.get(key).cloned().ok_or_else(|| damaged(format!("it has no label '{key}'")));
    fn number<T: std::str::FromStr>(volume: &str, key: &str, text: &str) -> Result<T, Damaged> {
        let fault = || Damaged { volume: volume.to_owned(), fault: format!("its label '{key}' is no number") };
        text.parse().map_err(|_| fault())
    }
    let document = label(DOCUMENT)?;
    let document = read_document(&document).map_err(|why| damaged(format!("its document cannot be read ({why})")))?;
    let kind = label(KIND)?;
    Ok(Record {
        gvk: Gvk::new(&label(API_VERSION)?, &kind),
        id: ObjectId {
            group: label(GROUP)?,
            kind,
            namespace: Some(label(NAMESPACE)?).filter(|namespace| !namespace.is_empty()),
            name: label(NAME)?,
        },
        environment: label(Label::Environment.key())?,
        uid: label(UID)?,
        generation: number(volume, GENERATION, &label(GENERATION)?)?,
        version: number(volume, VERSION, &label(VERSION)?)?,
        created: label(CREATED)?,
        written: written.to_owned(),
        document,
    })
}

fn read_document(text: &str) -> Result<Value, String> {
    let packed = STANDARD.decode(text).map_err(|error| error.to_string())?;
    let mut json = Vec::new();
    ZlibDecoder::new(packed.as_slice()).read_to_end(&mut json).map_err(|error| error.to_string())?;
    // The error of a document that is no JSON would quote it.
    serde_json::from_slice(&json).map_err(|_| "it is no JSON".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_comes_back_as_it_was_and_shows_no_secret() {
        let id =
            ObjectId { group: String::new(), kind: "Secret".into(), namespace: Some("prod".into()), name: "a".into() };
        let document = json!({"metadata": {"name": "a"}, "stringData": {"password": "correct horse"}});
        let record = Record::new(id, Gvk::new("v1", "Secret"), "e", document, "2026-11-25T09:00:00Z".into());
        let labels = encode(&record).unwrap();
        assert!(!format!("{labels:?}").contains("horse"));
        assert!(!format!("{record:?}").contains("horse"));
        let labels: HashMap<String, String> = labels.into_iter().collect();
        assert_eq!(decode("v", &labels, "").unwrap(), record);
        let mut broken = labels;
        broken.insert(DOCUMENT.into(), "eJw=".into());
        insta::assert_snapshot!(decode("v", &broken, "").unwrap_err(), @"The volume 'v' is a record of Landfall's, but its document cannot be read (incomplete deflate stream). Somebody changed it by hand; remove it (`docker volume rm v`): the next deploy records its object again");
    }
}
