//! Reading live documents without the part that is rarely needed.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// A document without `metadata.managedFields`, which often are half of it.
pub(crate) struct Lean(pub Value);

struct Metadata(Map<String, Value>);

impl<'de> Deserialize<'de> for Lean {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Document;
        impl<'de> Visitor<'de> for Document {
            type Value = Lean;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a Kubernetes object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Lean, A::Error> {
                let mut document = Map::new();
                while let Some(key) = entries.next_key::<String>()? {
                    let value = match key.as_str() {
                        "metadata" => Value::Object(entries.next_value::<Metadata>()?.0),
                        _ => entries.next_value()?,
                    };
                    document.insert(key, value);
                }
                Ok(Lean(Value::Object(document)))
            }
        }
        deserializer.deserialize_map(Document)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Metadata;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the metadata of a Kubernetes object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Metadata, A::Error> {
                let mut metadata = Map::new();
                while let Some(key) = entries.next_key::<String>()? {
                    if key == "managedFields" {
                        entries.next_value::<IgnoredAny>()?;
                    } else {
                        metadata.insert(key, entries.next_value()?);
                    }
                }
                Ok(Metadata(metadata))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn leaves_out_managed_fields_only() {
        let text =
            r#"{"kind": "A", "metadata": {"name": "a", "managedFields": [{"x": 1}]}, "spec": {"managedFields": 2}}"#;
        let Lean(document) = serde_json::from_str(text).unwrap();
        assert_eq!(document, json!({"kind": "A", "metadata": {"name": "a"}, "spec": {"managedFields": 2}}));
        assert!(serde_json::from_str::<Lean>("[]").is_err());
    }
}
