//! Reading fields of objects that nobody has checked: what is not there, or is of another type, is nothing.

use serde_json::Value;

/// The value at a path of keys and indices: `at(pod, "/status/phase")`.
pub(super) fn at<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    object.pointer(path).filter(|value| !value.is_null())
}

/// The text at a path; empty where there is none.
pub(super) fn text<'a>(object: &'a Value, path: &str) -> &'a str {
    object.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// The whole number at a path.
pub(super) fn number(object: &Value, path: &str) -> Option<i64> {
    object.pointer(path).and_then(Value::as_i64)
}

/// A number of the status, where nothing means 0.
pub(super) fn count(object: &Value, path: &str) -> i64 {
    number(object, path).unwrap_or(0)
}

/// Whether the field at a path is `true`.
pub(super) fn is_true(object: &Value, path: &str) -> bool {
    object.pointer(path).and_then(Value::as_bool).unwrap_or(false)
}

/// The entries of the list at a path.
pub(super) fn list<'a>(object: &'a Value, path: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    object.pointer(path).and_then(Value::as_array).into_iter().flatten()
}

/// A value by a key that may hold slashes and dots, as labels and annotations do.
pub(super) fn keyed<'a>(object: &'a Value, map: &str, key: &str) -> &'a str {
    object.pointer(map).and_then(|map| map.get(key)).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn name(object: &Value) -> &str {
    text(object, "/metadata/name")
}

pub(super) fn namespace(object: &Value) -> &str {
    text(object, "/metadata/namespace")
}

pub(super) fn uid(object: &Value) -> &str {
    text(object, "/metadata/uid")
}

pub(super) fn is_deleted(object: &Value) -> bool {
    at(object, "/metadata/deletionTimestamp").is_some()
}

/// The UID of the object that controls this one.
pub(super) fn controller(object: &Value) -> Option<&str> {
    let owner = list(object, "/metadata/ownerReferences").find(|owner| is_true(owner, "/controller"))?;
    Some(text(owner, "/uid"))
}

/// A condition of the status.
#[derive(Debug, Clone, Copy)]
pub(super) struct Condition<'a> {
    pub(super) status: &'a str,
    pub(super) reason: &'a str,
    pub(super) message: &'a str,
    /// When its status last changed, RFC 3339.
    pub(super) since: &'a str,
}

impl<'a> Condition<'a> {
    fn new(condition: &'a Value) -> Self {
        Self {
            status: text(condition, "/status"),
            reason: text(condition, "/reason"),
            message: text(condition, "/message").trim(),
            since: text(condition, "/lastTransitionTime"),
        }
    }

    pub(super) fn is_true(&self) -> bool {
        self.status == "True"
    }

    pub(super) fn is_false(&self) -> bool {
        self.status == "False"
    }

    /// What it says, or its reason where it says nothing.
    pub(super) fn words(&self) -> &'a str {
        if self.message.is_empty() { self.reason } else { self.message.trim_end_matches('.') }
    }
}

/// The condition of a type. One that says of which generation it is, and whose generation is past, is none.
pub(super) fn condition<'a>(object: &'a Value, kind: &str) -> Option<Condition<'a>> {
    let found = list(object, "/status/conditions").find(|condition| text(condition, "/type") == kind)?;
    let past = number(found, "/observedGeneration").zip(number(object, "/metadata/generation"));
    if past.is_some_and(|(observed, now)| observed < now) { None } else { Some(Condition::new(found)) }
}

/// Whether the controller has seen the object as it is now. Without both numbers nobody can tell.
pub(super) fn is_observed(object: &Value) -> bool {
    number(object, "/status/observedGeneration") >= number(object, "/metadata/generation")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_status_without_a_generation_was_not_written_by_a_controller_that_counts() {
        assert!(!is_observed(&json!({"metadata": {"generation": 1}, "status": {}})));
        assert!(!is_observed(&json!({"metadata": {"generation": 2}, "status": {"observedGeneration": 1}})));
        assert!(is_observed(&json!({"metadata": {"generation": 2}, "status": {"observedGeneration": 2}})));
        assert!(is_observed(&json!({"metadata": {}, "status": {}})), "a kind without generations");
    }

    #[test]
    fn a_condition_of_a_past_generation_is_none() {
        let object = json!({"metadata": {"generation": 2}, "status": {"conditions": [
            {"type": "Ready", "status": "True", "observedGeneration": 1}, {"type": "Other", "status": "True"},
        ]}});
        assert!(condition(&object, "Ready").is_none());
        assert!(condition(&object, "Other").is_some());
    }
}
