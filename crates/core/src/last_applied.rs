//! The annotation in which kubectl remembers what was applied, byte for byte as kubectl writes it.
//!
//! Rules: `GetModifiedConfiguration` and `GetOriginalConfiguration` in `k8s.io/kubectl/pkg/util/apply.go`.

use serde_json::{Map, Value};

use crate::json_go;

/// The annotation's key.
pub const ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The live object's annotation is not JSON; kubectl refuses to apply over it, too.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The annotation {ANNOTATION} is not a JSON object: {0}.")]
pub struct NotJson(String);

/// What kubectl sends for a manifest, and the annotation inside it: `(modified, last_applied)`.
///
/// `last_applied` is the manifest as one line of JSON with a newline at the end, in which an earlier annotation of this
/// name is left out and `metadata.annotations` is present even if it is empty. `modified` is the manifest with that
/// annotation; a new object is created from it, an existing one is patched towards it ([`crate::merge::three_way`]).
/// An annotation whose value is `null` becomes empty text. A manifest with any other value that is not text must be
/// refused before, as kubectl does ("cannot unmarshal number into ... annotations of type string"); here it would lose
/// all its annotations.
pub fn annotate(manifest: &Value) -> (Value, String) {
    annotate_owned(manifest.clone())
}

/// [`annotate`] of a manifest that is not needed any more.
pub fn annotate_owned(manifest: Value) -> (Value, String) {
    let mut modified = manifest;
    json_go::normalize(&mut modified);
    let mut annotations = text_map(modified.pointer("/metadata/annotations"));
    annotations.remove(ANNOTATION);
    set_annotations(&mut modified, annotations.clone());
    let last_applied = json_go::encode_line(&modified);
    annotations.insert(ANNOTATION.to_owned(), Value::String(last_applied.clone()));
    set_annotations(&mut modified, annotations);
    (modified, last_applied)
}

/// What was last applied to a live object: the annotation's content, `None` if there is none.
///
/// # Errors
///
/// [`NotJson`] if the annotation is no JSON object. kubectl fails at such an object as well ("invalid JSON document").
pub fn original(live: &Value) -> Result<Option<Value>, NotJson> {
    let text = match live.pointer("/metadata/annotations").and_then(|annotations| annotations.get(ANNOTATION)) {
        Some(Value::String(text)) if !text.is_empty() => text,
        _ => return Ok(None),
    };
    match serde_json::from_str(text) {
        Ok(mut value @ Value::Object(_)) => {
            json_go::normalize(&mut value);
            Ok(Some(value))
        }
        Ok(Value::Null) => Ok(None),
        Ok(_) => Err(NotJson("it holds another kind of value".to_owned())),
        Err(error) => Err(NotJson(error.to_string())),
    }
}

/// `NestedNullCoercingStringMap`: all or nothing.
fn text_map(annotations: Option<&Value>) -> Map<String, Value> {
    let Some(Value::Object(annotations)) = annotations else { return Map::new() };
    let mut texts = Map::new();
    for (key, value) in annotations {
        let text = match value {
            Value::String(_) => value.clone(),
            Value::Null => Value::String(String::new()),
            _ => return Map::new(),
        };
        texts.insert(key.clone(), text);
    }
    texts
}

fn set_annotations(object: &mut Value, annotations: Map<String, Value>) {
    let Value::Object(object) = object else { return };
    let metadata = object.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(metadata) = metadata {
        metadata.insert("annotations".to_owned(), Value::Object(annotations));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_annotation_holds_the_manifest_without_itself() {
        let manifest = json!({
            "kind": "ConfigMap", "apiVersion": "v1",
            "metadata": {"name": "a", "annotations": {ANNOTATION: "old", "note": null}},
            "data": {"x": "<1>"},
        });
        let (modified, last_applied) = annotate(&manifest);
        assert_eq!(
            last_applied,
            "{\"apiVersion\":\"v1\",\"data\":{\"x\":\"\\u003c1\\u003e\"},\"kind\":\"ConfigMap\",\
             \"metadata\":{\"annotations\":{\"note\":\"\"},\"name\":\"a\"}}\n"
        );
        assert_eq!(modified["metadata"]["annotations"], json!({ANNOTATION: last_applied, "note": ""}));
        assert_eq!(original(&modified).unwrap().unwrap()["data"], manifest["data"]);
    }

    #[test]
    fn empty_annotations_appear_where_the_manifest_has_none() {
        let (_, last_applied) = annotate(&json!({"metadata": {"name": "a"}}));
        assert_eq!(last_applied, "{\"metadata\":{\"annotations\":{},\"name\":\"a\"}}\n");
    }

    #[test]
    fn an_object_that_was_never_applied_has_no_original() {
        assert_eq!(original(&json!({"metadata": {"name": "a"}})), Ok(None));
        assert_eq!(original(&json!({"metadata": {"annotations": {ANNOTATION: ""}}})), Ok(None));
        let error = original(&json!({"metadata": {"annotations": {ANNOTATION: "{"}}})).unwrap_err();
        assert!(error.to_string().starts_with("The annotation kubectl.kubernetes.io/last-applied"));
    }
}
