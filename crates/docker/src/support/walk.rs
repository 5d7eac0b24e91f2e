//! Reading an object field by field with the tables.

use landfall_core::{
    compare::effective,
    plan::FaultCause,
    schema::{Field, Shape, Type},
};
use serde_json::{Map, Value};

use super::{
    check::{Findings, Note},
    class::Class,
    fields,
};

/// Finds what is refused, and what has no effect, in an object and all that it holds. `null` and zero values that mean
/// no more than their absence are passed over, as the API server does.
pub fn walk(object: &'static Type, values: &Map<String, Value>, path: &str, found: &mut Findings) {
    let table = fields::table(object.name);
    for (name, value) in values {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let Some(field) = object.field(name) else {
            // The wording of the API server, which the plan completes by what was meant.
            found.fault(path, "unknown field");
            continue;
        };
        if effective(Some(field), Some(value)).is_none() {
            continue;
        }
        match table.and_then(|table| table.class(name)) {
            Some(Class::Supported | Class::With(_)) => descend(field, value, &path, found),
            Some(Class::Only(allowed, reason)) => only(allowed, reason, value, &path, found),
            Some(Class::Meaningless(reason)) => {
                found.notes.push(Note { field: path, name: field.name.to_owned(), reason: reason.to_owned() });
            }
            Some(Class::Own) => {}
            Some(Class::Refused(reason)) => found.fault(path, format!("is not supported on one host: {reason}")),
            // A test holds the tables complete; a type that is not in them is not walked into.
            None => found.fault(path, "is not supported on one host"),
        }
    }
}

fn descend(field: &Field, value: &Value, path: &str, found: &mut Findings) {
    descend_shape(&field.shape, value, path, found);
}

fn descend_shape(shape: &Shape, value: &Value, path: &str, found: &mut Findings) {
    match (shape, value) {
        (Shape::Object(_), Value::Object(values)) => {
            if let Some(object) = shape.object() {
                walk(object, values, path, found);
            }
        }
        (Shape::List(item), Value::Array(values)) => {
            for (index, value) in values.iter().enumerate() {
                descend_shape(item, value, &format!("{path}[{index}]"), found);
            }
        }
        (Shape::Map(item), Value::Object(values)) => {
            for (key, value) in values {
                descend_shape(item, value, &format!("{path}[{key}]"), found);
            }
        }
        // Types are checked before.
        _ => {}
    }
}

fn only(allowed: &[&str], reason: &str, value: &Value, path: &str, found: &mut Findings) {
    let text = match value {
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                only(allowed, reason, value, &format!("{path}[{index}]"), found);
            }
            return;
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if !allowed.contains(&text.as_str()) {
        let names: Vec<String> =
            allowed.iter().filter(|name| !name.is_empty()).map(|name| format!("`{name}`")).collect();
        found.fault(path, format!("can only be {} on one host, but it is `{text}`: {reason}", names.join(" or ")));
    }
}

impl Findings {
    /// Adds a field that is refused.
    pub(super) fn fault(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.faults.push(FaultCause { field: field.into(), message: message.into() });
    }
}
