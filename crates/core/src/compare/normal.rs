//! One spelling for all values that mean the same.

use serde_json::{Map, Value};

use super::{defaults, quantity, zero::effective};
use crate::schema::{Scalar, Shape, Type};

/// The value without what says nothing: `null`, zero values that are the same as absence, and defaults that the API
/// server would fill in; quantities and whole floats in one notation. Fields that the type does not have stay.
///
/// Two templates with the same normal form describe the same pods, and so a hash of it tells versions apart.
pub fn normal(object: &'static Type, value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(fields_of(object, fields)),
        other => other.clone(),
    }
}

fn fields_of(object: &'static Type, fields: &Map<String, Value>) -> Map<String, Value> {
    let mut normal = Map::new();
    for (name, value) in fields {
        let field = object.field(name);
        let Some(value) = effective(field, Some(value)) else { continue };
        if field.is_some_and(|field| defaults::is_default(object, field, value, fields)) {
            continue;
        }
        let value = field.map_or_else(|| value.clone(), |field| shaped(&field.shape, value));
        normal.insert(name.clone(), value);
    }
    normal
}

fn shaped(shape: &Shape, value: &Value) -> Value {
    match (shape, value) {
        (Shape::Object(_), Value::Object(fields)) => {
            shape.object().map_or_else(|| value.clone(), |object| Value::Object(fields_of(object, fields)))
        }
        (Shape::Map(item), Value::Object(entries)) => {
            entries.iter().map(|(key, value)| (key.clone(), shaped(item, value))).collect()
        }
        (Shape::List(item), Value::Array(values)) => values.iter().map(|value| shaped(item, value)).collect(),
        (Shape::Scalar(Scalar::Quantity), _) => {
            quantity::parse(value).map_or_else(|| value.clone(), |amount| Value::String(amount.text()))
        }
        (Shape::Scalar(Scalar::Integer | Scalar::IntOrString), Value::Number(number)) => whole(number),
        _ => value.clone(),
    }
}

/// `1.0` is `1`.
fn whole(number: &serde_json::Number) -> Value {
    let text = number.to_string();
    text.strip_suffix(".0").and_then(|text| text.parse::<i64>().ok()).map_or_else(|| number.clone().into(), Value::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::builtin;

    #[test]
    fn what_means_the_same_has_one_form() {
        let template = builtin().type_named("core.v1.PodTemplateSpec").unwrap();
        let short = json!({"spec": {"containers": [{"name": "a", "image": "a:1", "ports": [{"containerPort": 80}],
            "resources": {"limits": {"cpu": "2"}}}]}});
        let long = json!({"metadata": {"labels": {}, "creationTimestamp": null}, "spec": {"restartPolicy": "Always", "containers": [{
            "name": "a", "image": "a:1", "imagePullPolicy": "IfNotPresent", "env": [], "tty": false,
            "ports": [{"containerPort": 80, "protocol": "TCP"}], "resources": {"limits": {"cpu": "2000m"}}}]}});
        let other = json!({"spec": {"containers": [{"name": "a", "image": "a:2"}]}});
        assert_eq!(normal(template, &long), normal(template, &short));
        assert_ne!(normal(template, &other), normal(template, &short));
    }
}
