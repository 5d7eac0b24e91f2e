//! What the API server fills in.
//!
//! A patch that replaces a list, or removes a field, leaves out what the API server had filled in before and will fill
//! in again. That is no change.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::walk::same_values;
use crate::schema::{Field, Type};

/// What stands in for a missing field.
#[derive(Debug, PartialEq)]
enum Default {
    Value(Value),
    /// Whatever the API server allocated.
    Kept,
}

fn table() -> &'static HashMap<(&'static str, &'static str), Default> {
    static TABLE: OnceLock<HashMap<(&str, &str), Default>> = OnceLock::new();
    TABLE.get_or_init(|| include_str!("defaults.txt").lines().filter_map(parse).collect())
}

fn parse(line: &'static str) -> Option<((&'static str, &'static str), Default)> {
    let mut words = line.splitn(3, ' ');
    let (object, field, value) = (words.next()?, words.next()?, words.next()?);
    let value = match value {
        "*" => Default::Kept,
        value => Default::Value(serde_json::from_str(value).ok()?),
    };
    Some(((object, field), value))
}

/// Whether the API server makes `live` of a field that is missing beside `siblings`.
pub(super) fn is_default(object: &Type, field: &Field, live: &Value, siblings: &Map<String, Value>) -> bool {
    let sibling = |name: &str| siblings.get(name).and_then(Value::as_str);
    match (object.name, field.name) {
        ("core.v1.ServicePort", "targetPort") => siblings.get("port") == Some(live),
        ("core.v1.Container" | "core.v1.EphemeralContainer", "imagePullPolicy") => {
            sibling("image").is_some_and(|image| live == pull_policy(image))
        }
        // The API server keeps both names of one field, and fills in the one that a write leaves out.
        ("core.v1.PodSpec", "serviceAccountName") => siblings.get("serviceAccount") == Some(live),
        ("core.v1.PodSpec", "serviceAccount") => siblings.get("serviceAccountName") == Some(live),
        // `SetDefaults_Volume`: a volume with nothing but a name is an empty directory.
        ("core.v1.Volume", "emptyDir") => {
            live.as_object().is_some_and(Map::is_empty)
                && siblings.iter().all(|(name, value)| name == "name" || value.is_null())
        }
        // The strategy's parameters are only filled in where they apply.
        (_, "rollingUpdate") if matches!(sibling("type"), Some("Recreate" | "OnDelete")) => false,
        _ => match table().get(&(object.name, field.name)) {
            Some(Default::Value(value)) => same_values(&field.shape, live, value),
            Some(Default::Kept) => true,
            None => false,
        },
    }
}

/// `SetDefaults_Container`: an image without a tag, or with `latest`, is always pulled.
fn pull_policy(image: &str) -> &'static str {
    let name = image.rsplit_once('/').map_or(image, |(_, name)| name);
    match (name.contains('@'), name.rsplit_once(':')) {
        (false, None | Some((_, "latest"))) => "Always",
        _ => "IfNotPresent",
    }
}

/// Fills in what the API server would, so that two entries of a list can be compared.
pub(crate) fn complete(object: &Type, value: &mut Map<String, Value>) {
    for field in object.fields() {
        if value.get(field.name).is_some_and(|value| !value.is_null()) {
            continue;
        }
        let default = match (object.name, field.name) {
            ("core.v1.ServicePort", "targetPort") => value.get("port").cloned(),
            _ => match table().get(&(object.name, field.name)) {
                Some(Default::Value(value)) => Some(value.clone()),
                _ => None,
            },
        };
        if let Some(default) = default {
            value.insert(field.name.to_owned(), default);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::builtin;

    #[test]
    fn every_default_names_a_field_that_exists() {
        let lines = include_str!("defaults.txt").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.count(), table().len());
        for (object, field) in table().keys() {
            let found = builtin().type_named(object).and_then(|object| object.field(field));
            assert!(found.is_some(), "{object} {field}");
        }
    }

    #[test]
    fn the_pull_policy_follows_the_tag() {
        assert_eq!(pull_policy("localhost:5000/a/b"), "Always");
        assert_eq!(pull_policy("b:latest"), "Always");
        assert_eq!(pull_policy("localhost:5000/b:3.1"), "IfNotPresent");
        assert_eq!(pull_policy("b@sha256:0123"), "IfNotPresent");
    }
}
