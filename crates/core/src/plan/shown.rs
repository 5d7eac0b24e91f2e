//! A document as it may be shown.

use serde_json::Value;

use super::hide_values;
use crate::last_applied::ANNOTATION;

/// A desired or live document for people: values of a Secret are hidden, and what only tools read is left out: who wrote
/// which field, and the record of what was applied, which repeats the manifest.
pub fn shown(mut document: Value) -> Value {
    hide_values(&mut document);
    let Some(metadata) = document.get_mut("metadata").and_then(Value::as_object_mut) else { return document };
    metadata.remove("managedFields");
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.remove(ANNOTATION);
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
    }
    document
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn neither_values_nor_records_are_shown() {
        let annotations = json!({ANNOTATION: "{\"data\":{\"a\":\"c2VjcmV0\"}}"});
        let metadata = json!({"name": "a", "annotations": annotations, "managedFields": [{}]});
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"a": "c2VjcmV0"}});
        assert_eq!(
            shown(secret),
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"a": "(hidden)"}})
        );
    }
}
