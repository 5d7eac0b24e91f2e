//! Comparison by meaning: would the API server store anything else than it has?
//!
//! kubectl compares text, and so reports `cpu: 2000m` against a live `cpu: "2"` as configured on every run. Here values
//! are compared as the API server's types read them, see [`differences`].

mod defaults;
mod lists;
pub mod normal;
mod path;
pub mod quantity;
mod same;
mod stored;
mod time;
mod walk;
mod zero;

pub use path::{FieldPath, Step};
use serde::Serialize;
use serde_json::Value;
pub use zero::effective;

pub(crate) use self::defaults::complete;
pub(crate) use self::walk::same_lists;
use crate::schema::Kind;

/// One field that changes.
///
/// It holds the values themselves, also those of Secrets: whoever shows them must leave these out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// Where.
    pub path: FieldPath,
    /// The live value; `None` if the field is not there.
    pub old: Option<Value>,
    /// The value to come; `None` if the field goes.
    pub new: Option<Value>,
}

/// The fields by which `merged` ([`crate::merge::apply_patch`]) differs from `live`; none if the API server would store
/// what it has. Sorted by path where the types are objects, in the list's order inside lists.
///
/// The same by meaning are, for built-in kinds:
/// - quantities (`2000m` and `2`, `1024Mi` and `1Gi`, also as numbers), durations, times, base64 with line breaks,
///   and whole floats and integers. A number and the same digits as text are not: the API server refuses `"80"` for a
///   port, and that must show;
/// - a missing field, `null`, and the zero value where the field's Go type cannot tell them apart;
/// - a missing field and the default that the API server would fill in. This matters in lists that a patch replaces as
///   a whole, such as the claim templates of a StatefulSet;
/// - a Secret's `stringData` and the same `data`, and what else the API server changes in whole objects (`stored`).
///
/// For custom kinds only `null` is the same as a missing field, and their `metadata` is compared as that of built-in
/// kinds.
///
/// Left out are the fields of `metadata` that the API server owns (`managedFields`, `resourceVersion`, `generation`,
/// `uid`, `creationTimestamp`, ...) and, for kinds with a status subresource, `status`. The last-applied annotation is
/// compared byte for byte, like every annotation.
pub fn differences(kind: Option<&Kind>, live: &Value, merged: &Value) -> Vec<FieldChange> {
    walk::objects(kind, live, merged)
}

/// The object as the API server stores it, apart from defaults.
pub(crate) fn as_stored(kind: Option<&Kind>, object: Value) -> Value {
    match kind.and_then(|kind| stored::stored(kind.root().name, &object)) {
        Some(stored) => stored,
        None => object,
    }
}

#[cfg(test)]
mod tests;
