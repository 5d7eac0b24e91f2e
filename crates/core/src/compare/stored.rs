//! Kinds of which the API server stores something else than what is written, beyond defaults of single fields.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// What the API server makes of an object before it stores it; `None` if that is the object itself.
///
/// - Secret: `stringData` becomes `data` (`Convert_v1_Secret_To_core_Secret`).
/// - LimitRange: limits of containers fill each other in (`SetDefaults_LimitRangeItem`).
/// - ServiceAccount: only the names of `secrets` are kept (`cleanSecretReferences`).
/// - Service: `sessionAffinityConfig` is dropped without session affinity (`dropTypeDependentFields`).
pub(super) fn stored(root: &str, object: &Value) -> Option<Value> {
    match root {
        "core.v1.Secret" => secret(object),
        "core.v1.LimitRange" => limit_range(object),
        "core.v1.ServiceAccount" => service_account(object),
        "core.v1.Service" => service(object),
        _ => None,
    }
}

fn secret(secret: &Value) -> Option<Value> {
    let texts = secret.get("stringData")?;
    let mut stored = secret.as_object()?.clone();
    stored.remove("stringData");
    let mut data = match stored.remove("data") {
        Some(Value::Object(data)) => data,
        _ => Map::new(),
    };
    for (key, text) in texts.as_object().into_iter().flatten() {
        if let Value::String(text) = text {
            data.insert(key.clone(), Value::String(STANDARD.encode(text)));
        }
    }
    stored.insert("data".to_owned(), Value::Object(data));
    Some(Value::Object(stored))
}

fn limit_range(object: &Value) -> Option<Value> {
    let mut stored = object.clone();
    for item in stored.pointer_mut("/spec/limits")?.as_array_mut()? {
        if item.get("type").is_none_or(|of| of != "Container") {
            continue;
        }
        for (to, from) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")] {
            let Some(Value::Object(known)) = item.get(from).cloned() else { continue };
            let target = item.as_object_mut()?.entry(to).or_insert_with(|| Value::Object(Map::new()));
            for (resource, amount) in known {
                target.as_object_mut()?.entry(resource).or_insert(amount);
            }
        }
    }
    Some(stored)
}

fn service_account(object: &Value) -> Option<Value> {
    let mut stored = object.clone();
    for secret in stored.get_mut("secrets")?.as_array_mut()? {
        secret.as_object_mut()?.retain(|key, _| key == "name");
    }
    Some(stored)
}

fn service(object: &Value) -> Option<Value> {
    let affinity = object.pointer("/spec/sessionAffinity").and_then(Value::as_str).unwrap_or_default();
    object.pointer("/spec/sessionAffinityConfig").filter(|_| affinity != "ClientIP")?;
    let mut stored = object.clone();
    stored.pointer_mut("/spec")?.as_object_mut()?.remove("sessionAffinityConfig");
    Some(stored)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_of_a_secret_becomes_data() {
        let written = json!({"data": {"a": "YQ==", "b": "YQ=="}, "stringData": {"b": "ab"}});
        assert_eq!(stored("core.v1.Secret", &written), Some(json!({"data": {"a": "YQ==", "b": "YWI="}})));
        assert_eq!(stored("core.v1.Secret", &json!({"data": {}})), None);
    }

    #[test]
    fn limits_of_containers_fill_each_other_in() {
        let written = json!({"spec": {"limits": [
            {"type": "Container", "max": {"cpu": "2"}, "min": {"memory": "1Gi"}},
            {"type": "Pod", "max": {"cpu": "2"}},
        ]}});
        let full = json!({"spec": {"limits": [
            {"type": "Container", "max": {"cpu": "2"}, "min": {"memory": "1Gi"},
             "default": {"cpu": "2"}, "defaultRequest": {"cpu": "2", "memory": "1Gi"}},
            {"type": "Pod", "max": {"cpu": "2"}},
        ]}});
        assert_eq!(stored("core.v1.LimitRange", &written), Some(full));
    }

    #[test]
    fn references_of_service_accounts_and_idle_settings_of_services_are_dropped() {
        let written = json!({"secrets": [{"name": "a", "kind": "Secret"}]});
        assert_eq!(stored("core.v1.ServiceAccount", &written), Some(json!({"secrets": [{"name": "a"}]})));
        let written = json!({"spec": {"sessionAffinity": "None", "sessionAffinityConfig": {"clientIP": {}}}});
        assert_eq!(stored("core.v1.Service", &written), Some(json!({"spec": {"sessionAffinity": "None"}})));
    }
}
