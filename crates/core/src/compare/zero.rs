//! Which values are the same as no value.

use serde_json::Value;

use super::{quantity, time};
use crate::schema::{Field, Scalar, Shape};

/// A field's value, `None` if it says no more than its absence: `null`, and the zero value where the API server's Go
/// type is no pointer.
pub fn effective<'a>(field: Option<&Field>, value: Option<&'a Value>) -> Option<&'a Value> {
    value.filter(|value| {
        !value.is_null() && !field.is_some_and(|field| field.zero_is_absent && is_zero(&field.shape, value))
    })
}

fn is_zero(shape: &Shape, value: &Value) -> bool {
    match (shape, value) {
        (_, Value::Null) => true,
        (Shape::Scalar(Scalar::Raw), _) => false,
        (Shape::Scalar(Scalar::Quantity), _) => quantity::parse(value).is_some_and(quantity::Quantity::is_zero),
        (Shape::Scalar(Scalar::Duration), Value::String(text)) => time::duration(text) == Some(0),
        (Shape::Scalar(_), Value::Bool(set)) => !set,
        (Shape::Scalar(_), Value::String(text)) => text.is_empty(),
        (Shape::Scalar(_), Value::Number(number)) => number.as_f64() == Some(0.0),
        (Shape::List(_), Value::Array(items)) => items.is_empty(),
        (Shape::Map(_), Value::Object(map)) => map.is_empty(),
        (Shape::Object(_), Value::Object(map)) => {
            let fields = shape.object();
            map.iter().all(|(key, value)| effective(fields.and_then(|fields| fields.field(key)), Some(value)).is_none())
        }
        _ => false,
    }
}
