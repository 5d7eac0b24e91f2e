//! From files to manifests: the objects that a revision desires, each with its place.
//!
//! Only what identifies and labels an object is checked here; the fields of each kind are the API server's to check.

mod check;
mod decode;
mod duplicates;
mod field_path;
mod list;
mod load;
mod origin;
mod suggest;
#[cfg(test)]
mod tests;

pub(crate) use check::labels;
pub use duplicates::duplicates;
pub use field_path::field_path;
pub use load::{ManifestFile, is_manifest_path, load};
pub use origin::Origin;
pub use suggest::misspelling;

use std::collections::BTreeMap;

use crate::{object::Gvk, packed::Packed};

/// One object as a file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace` where the file sets it. Whether an absent one means the default namespace or a
    /// cluster-scoped object only the target knows.
    pub namespace: Option<String>,
    /// Its labels; what is no text is no label.
    pub labels: BTreeMap<String, String>,
    /// The whole object as JSON, as kubectl would send it.
    pub value: Packed,
    /// Where it was read.
    pub origin: Origin,
}
