//! Walks two objects side by side, along their type.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::path::{FieldPath, Step};
use super::zero::effective;
use super::{FieldChange, defaults, lists, same, stored};
use crate::schema::{Field, Kind, Shape, Type, builtin};

/// The fields of `metadata` that the API server sets, whatever a write says.
const OWNED_METADATA: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
];

/// The changes so far, and where the walk is.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub path: FieldPath,
    pub changes: Vec<FieldChange>,
}

/// See [`super::differences`].
pub(super) fn objects(kind: Option<&Kind>, live: &Value, merged: &Value) -> Vec<FieldChange> {
    let root = kind.map(Kind::root);
    let stored = root.and_then(|root| stored::stored(root.name, merged));
    let (Value::Object(live), Value::Object(merged)) = (live, stored.as_ref().unwrap_or(merged)) else {
        return Vec::new();
    };
    // The API server drops the namespace of an object that has none.
    let scoped = kind.is_none_or(Kind::namespaced);
    let compared = |key: &str| !OWNED_METADATA.contains(&key) && (scoped || key != "namespace");
    let metadata = builtin().type_named("meta.v1.ObjectMeta");
    let mut walk = Walk::default();
    for key in keys(live, merged) {
        if key == "status" && kind.is_some_and(Kind::has_status) {
            continue;
        }
        match (root, live.get(key), merged.get(key), metadata) {
            (_, Some(Value::Object(live)), Some(Value::Object(merged)), Some(metadata)) if key == "metadata" => {
                let (mut live, mut merged) = (live.clone(), merged.clone());
                live.retain(|key, _| compared(key));
                merged.retain(|key, _| compared(key));
                walk.below(Step::Field(key.to_owned()), |walk| walk.object(metadata, &live, &merged));
            }
            (Some(root), ..) => walk.field(root, key, live, merged),
            (None, live, merged, _) => walk.free(Step::Field(key.to_owned()), live, merged),
        }
    }
    walk.changes
}

/// Whether both values are the same by meaning.
pub(super) fn same_values(shape: &Shape, left: &Value, right: &Value) -> bool {
    let mut walk = Walk::default();
    walk.value(Some(shape), None, left, right);
    walk.changes.is_empty()
}

/// Whether both lists have the same entries by meaning, in the same order.
pub(crate) fn same_lists(item: Option<&Shape>, left: &[Value], right: &[Value]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|(left, right)| {
            let mut walk = Walk::default();
            walk.value(item, None, left, right);
            walk.changes.is_empty()
        })
}

fn keys<'a>(left: &'a Map<String, Value>, right: &'a Map<String, Value>) -> BTreeSet<&'a str> {
    left.keys().chain(right.keys()).map(String::as_str).collect()
}

impl Walk {
    /// Runs something one step further in.
    pub(super) fn below(&mut self, step: Step, run: impl FnOnce(&mut Self)) {
        self.path.push(step);
        run(self);
        self.path.pop();
    }

    /// Notes a change at the current place.
    pub(super) fn change(&mut self, old: Option<&Value>, new: Option<&Value>) {
        self.changes.push(FieldChange { path: self.path.clone(), old: old.cloned(), new: new.cloned() });
    }

    /// All fields of an object.
    pub(super) fn object(&mut self, object: &'static Type, live: &Map<String, Value>, merged: &Map<String, Value>) {
        for key in keys(live, merged) {
            self.field(object, key, live, merged);
        }
    }

    fn field(&mut self, object: &'static Type, key: &str, live: &Map<String, Value>, merged: &Map<String, Value>) {
        let field = object.field(key);
        let (old, new) = (effective(field, live.get(key)), effective(field, merged.get(key)));
        if old == new {
            return;
        }
        self.below(Step::Field(key.to_owned()), |walk| match (old, new) {
            (Some(old), None) => {
                if !field.is_some_and(|field| defaults::is_default(object, field, old, merged)) {
                    walk.change(Some(old), None);
                }
            }
            (Some(old), Some(new)) => {
                walk.value(field.map(|field| &field.shape), field.and_then(|field: &Field| field.merge_key), old, new);
            }
            (None, new) => walk.change(None, new),
        });
    }

    /// Two values of one shape, which both are there.
    pub(super) fn value(&mut self, shape: Option<&Shape>, merge_key: Option<&str>, old: &Value, new: &Value) {
        if old == new {
            return;
        }
        match (shape, old, new) {
            (Some(shape @ Shape::Object(_)), Value::Object(old), Value::Object(new)) => match shape.object() {
                Some(object) => self.object(object, old, new),
                None => self.map(None, old, new),
            },
            (Some(Shape::Map(item)), Value::Object(old), Value::Object(new)) => self.map(Some(item), old, new),
            (Some(Shape::List(item)), Value::Array(old), Value::Array(new)) => {
                lists::compare(self, item, merge_key, old, new);
            }
            (Some(Shape::Scalar(class)), old, new) => {
                if !same::scalars(*class, old, new) {
                    self.change(Some(old), Some(new));
                }
            }
            (None, Value::Object(old), Value::Object(new)) => self.map(None, old, new),
            (_, old, new) => {
                if !same::untyped(old, new) {
                    self.change(Some(old), Some(new));
                }
            }
        }
    }

    /// A map with free keys, or an object without a type.
    fn map(&mut self, item: Option<&Shape>, old: &Map<String, Value>, new: &Map<String, Value>) {
        for key in keys(old, new) {
            let step = match item {
                Some(_) => Step::Key(key.to_owned()),
                None => Step::Field(key.to_owned()),
            };
            self.below(step, |walk| match (effective(None, old.get(key)), effective(None, new.get(key))) {
                (None, None) => {}
                (Some(old), Some(new)) => walk.value(item, None, old, new),
                (old, new) => walk.change(old, new),
            });
        }
    }

    /// A field of a custom kind.
    fn free(&mut self, step: Step, old: Option<&Value>, new: Option<&Value>) {
        self.below(step, |walk| match (effective(None, old), effective(None, new)) {
            (None, None) => {}
            (Some(old), Some(new)) => walk.value(None, None, old, new),
            (old, new) => walk.change(old, new),
        });
    }
}
