//! An object as a watch delivers it.

use std::borrow::Cow;

use kube::{
    Resource,
    api::{ApiResource, ObjectMeta},
    core::DynamicResourceScope,
};
use landfall_core::object::Gvk;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Map, Value};

/// What is needed of an object to judge it, and the few fields that the watch itself needs.
#[derive(Debug, Clone)]
pub struct Watched {
    meta: ObjectMeta,
    document: Value,
    /// Large, and of use only to say who wrote what.
    managed: Option<Value>,
}

impl Watched {
    /// The object with its kind, which the items of a list lack.
    pub fn into_document(mut self, gvk: &Gvk) -> Value {
        if let Value::Object(fields) = &mut self.document {
            fields.insert("apiVersion".to_owned(), gvk.api_version().into());
            fields.insert("kind".to_owned(), gvk.kind.as_str().into());
        }
        self.document
    }
}

impl Watched {
    /// The object with its kind and its managed fields.
    pub fn into_whole(mut self, gvk: &Gvk) -> Value {
        if let (Some(managed), Some(metadata)) =
            (self.managed.take(), self.document.get_mut("metadata").and_then(Value::as_object_mut))
        {
            metadata.insert("managedFields".to_owned(), managed);
        }
        self.into_document(gvk)
    }
}

impl<'de> Deserialize<'de> for Watched {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut document = Value::deserialize(deserializer)?;
        let metadata = document.get_mut("metadata").and_then(Value::as_object_mut);
        let metadata = metadata.ok_or_else(|| D::Error::missing_field("metadata"))?;
        let text = |key: &str| metadata.get(key).and_then(Value::as_str).map(str::to_owned);
        let meta = ObjectMeta {
            name: text("name"),
            namespace: text("namespace"),
            uid: text("uid"),
            resource_version: text("resourceVersion"),
            ..ObjectMeta::default()
        };
        let managed = metadata.remove("managedFields");
        if document.get("kind").and_then(Value::as_str) == Some("Event") || document.get("involvedObject").is_some() {
            document = lean_event(&document);
        }
        Ok(Self { meta, document, managed })
    }
}

/// Of events there are many: only what tells something is kept.
fn lean_event(event: &Value) -> Value {
    const KEPT: [&str; 8] =
        ["metadata", "involvedObject", "reason", "message", "lastTimestamp", "eventTime", "series", "firstTimestamp"];
    let kept = KEPT.iter().filter_map(|key| Some(((*key).to_owned(), event.get(*key)?.clone())));
    Value::Object(kept.collect::<Map<_, _>>())
}

impl Resource for Watched {
    type DynamicType = ApiResource;
    type Scope = DynamicResourceScope;

    fn group(kind: &ApiResource) -> Cow<'_, str> {
        kind.group.as_str().into()
    }

    fn version(kind: &ApiResource) -> Cow<'_, str> {
        kind.version.as_str().into()
    }

    fn kind(kind: &ApiResource) -> Cow<'_, str> {
        kind.kind.as_str().into()
    }

    fn api_version(kind: &ApiResource) -> Cow<'_, str> {
        kind.api_version.as_str().into()
    }

    fn plural(kind: &ApiResource) -> Cow<'_, str> {
        kind.plural.as_str().into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn managed_fields_and_the_rest_of_events_are_left_out() {
        let read = |document: Value, gvk: &Gvk| serde_json::from_value::<Watched>(document).unwrap().into_document(gvk);
        let pod = json!({"metadata": {"name": "a", "managedFields": [{}]}, "spec": {}});
        assert_eq!(
            read(pod, &Gvk::new("v1", "Pod")),
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {}})
        );
        let event = json!({
            "metadata": {"name": "e"}, "involvedObject": {"uid": "1"}, "reason": "Failed", "source": {"host": "n"},
        });
        assert_eq!(
            read(event, &Gvk::new("v1", "Event")),
            json!({
                "apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}, "involvedObject": {"uid": "1"},
                "reason": "Failed",
            })
        );
        assert!(serde_json::from_value::<Watched>(json!({"items": []})).is_err());
    }
}
