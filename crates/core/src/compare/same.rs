//! Single values, compared by their class.

use serde_json::Value;

use super::{quantity, time};
use crate::schema::Scalar;

/// Whether the API server reads both as the same value. A value that its class cannot read is the same only as itself.
pub(super) fn scalars(class: Scalar, left: &Value, right: &Value) -> bool {
    if left == right {
        return true;
    }
    let both = |parse: fn(&str) -> Option<i128>| match (left.as_str().map(parse), right.as_str().map(parse)) {
        (Some(Some(left)), Some(Some(right))) => left == right,
        _ => false,
    };
    match class {
        Scalar::Quantity => match (quantity::parse(left), quantity::parse(right)) {
            (Some(left), Some(right)) => left == right,
            _ => false,
        },
        Scalar::Duration => both(time::duration),
        Scalar::Time | Scalar::MicroTime => both(time::instant),
        Scalar::Bytes => match (left.as_str(), right.as_str()) {
            (Some(left), Some(right)) => base64(left).eq(base64(right)),
            _ => false,
        },
        Scalar::Raw => untyped(left, right),
        Scalar::String | Scalar::Boolean | Scalar::Integer | Scalar::Number | Scalar::IntOrString => {
            untyped(left, right)
        }
    }
}

/// Go's base64 decoder passes over line breaks.
fn base64(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|char| !matches!(char, '\r' | '\n'))
}

/// Whether both are the same number, `1` and `1.0` for example.
fn numbers(left: &Value, right: &Value) -> bool {
    matches!((left, right), (Value::Number(left), Value::Number(right)) if left.as_f64() == right.as_f64())
}

/// JSON without a type: the same but for the spelling of numbers.
pub(super) fn untyped(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| untyped(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| untyped(left, right)))
        }
        // Integers beyond 2^53 must not be compared as floats.
        _ => left == right || (!(left.is_i64() && right.is_i64()) && numbers(left, right)),
    }
}
