//! Fields that the API server does not let anybody change: foreseen here, so that a revision that changes one is
//! refused before its first write, with the field's name and the way out.
//!
//! Source: the update validation of each kind in Kubernetes v1.37 (`pkg/apis/*/validation`). A field that is missing
//! here is still found by the server's dry run, only with the server's words. A test tries every built-in kind on a
//! real server: what is foreseen is what it refuses.

mod exceptions;
mod method;
mod rules;

use serde_json::Value;

pub use self::method::ReplaceMethod;
use self::{
    exceptions::may_change,
    rules::{RULES, Rule},
};
use crate::{
    compare::{FieldChange, FieldPath, Step},
    object::GroupKind,
};

/// Those of the changes that the API server would refuse because the field is immutable.
pub fn immutable_changes<'a>(kind: &GroupKind, live: &Value, changes: &'a [FieldChange]) -> Vec<&'a FieldChange> {
    let leaves: Vec<Vec<FieldChange>> = changes.iter().map(leaves).collect();
    let all: Vec<&FieldChange> = leaves.iter().flatten().collect();
    let is_immutable =
        |leaf: &FieldChange| RULES.iter().any(|rule| rule.covers(kind, leaf)) && !may_change(kind, live, leaf, &all);
    changes
        .iter()
        .zip(&leaves)
        .filter(|(_, leaves)| leaves.iter().any(is_immutable))
        .map(|(change, _)| change)
        .collect()
}

/// A change of a field with fields below it as the changes of those: a rule may be about one of them alone.
fn leaves(change: &FieldChange) -> Vec<FieldChange> {
    let fields = |value: &Option<Value>| match value {
        Some(Value::Object(map)) if !map.is_empty() => Some(map.clone()),
        _ => None,
    };
    let (old, new) = match (fields(&change.old), fields(&change.new)) {
        (None, None) => return vec![change.clone()],
        (old, new) => (old.unwrap_or_default(), new.unwrap_or_default()),
    };
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    let child = |name: &String| FieldChange {
        path: change.path.join(Step::Field(name.clone())),
        old: old.get(name).cloned(),
        new: new.get(name).cloned(),
    };
    names.map(child).filter(|child| child.old != child.new).flat_map(|child| leaves(&child)).collect()
}

impl Rule {
    fn covers(&self, kind: &GroupKind, change: &FieldChange) -> bool {
        self.group == kind.group
            && self.kind == kind.kind
            && is_below(&change.path, self.below)
            && !self.except.iter().any(|except| is_below(&change.path, except))
    }
}

/// Whether a field is this one, or one below it. `*` stands for any entry of a list.
fn is_below(path: &FieldPath, fields: &[&str]) -> bool {
    let matches = |(step, field): (&Step, &&str)| match step {
        Step::Field(name) | Step::Key(name) => name == field,
        Step::Index(_) | Step::Item { .. } => *field == "*",
    };
    path.steps().len() >= fields.len() && path.steps().iter().zip(fields).all(matches)
}

#[cfg(test)]
mod tests;
