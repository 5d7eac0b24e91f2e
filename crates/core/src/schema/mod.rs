//! The built-in kinds of Kubernetes: how their fields are patched, and what their values mean.
//!
//! `builtin.txt` is written by `bench/schema` from the API server's OpenAPI v3 documents. One line a kind:
//!
//! ```text
//! kind apps/v1 Deployment deployments apps.v1.Deployment namespaced strategic status
//! ```
//!
//! (`strategic`: its PATCH accepts a strategic merge patch; `status`: it has a status subresource, so that writes to the
//! object itself drop `status`), then every type with one line a field, sorted:
//!
//! ```text
//! type core.v1.Container
//!  env? []core.v1.EnvVar merge by name
//!  livenessProbe core.v1.Probe
//! ```
//!
//! A `?` says that the field's zero value (`false`, `""`, `0`, an empty list or map) is the same as its absence: in the
//! API server's Go type it is no pointer. The shape is `[]` (list of), `{}` (map of), a [`Scalar`] or a type; the patch
//! strategies and the merge key are those of `x-kubernetes-patch-strategy` and `x-kubernetes-patch-merge-key`.

mod parse;
mod types;

use std::collections::HashMap;
use std::sync::OnceLock;

pub use types::{Field, Scalar, Shape, Strategy, Type, TypeId};

use crate::object::Gvk;

/// All kinds of one table. There is one, [`builtin`].
#[derive(Debug, Default)]
pub struct Schema {
    /// By `apiVersion`, a blank and `kind`, as the lines and `Gvk` write them.
    kinds: HashMap<&'static str, KindEntry>,
    types: Vec<Type>,
    names: HashMap<&'static str, TypeId>,
    /// Lines (counted from 1) that could not be understood; empty for the checked-in table, which a test ensures.
    malformed: Vec<usize>,
}

#[derive(Debug)]
struct KindEntry {
    plural: &'static str,
    root: TypeId,
    namespaced: bool,
    strategic: bool,
    status: bool,
}

/// One built-in kind. Cheap to copy: it points into the table.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    entry: &'static KindEntry,
}

impl Kind {
    /// The resource's name in URLs, such as `deployments`.
    pub fn plural(&self) -> &'static str {
        self.entry.plural
    }

    /// Whether its objects live in a namespace.
    pub fn namespaced(&self) -> bool {
        self.entry.namespaced
    }

    /// Whether its PATCH accepts `application/strategic-merge-patch+json`, which kubectl then uses.
    pub fn strategic(&self) -> bool {
        self.entry.strategic
    }

    /// Whether it has a status subresource; the API server then drops `status` from writes to the object itself.
    pub fn has_status(&self) -> bool {
        self.entry.status
    }

    /// The type of the whole object.
    pub fn root(&self) -> &'static Type {
        builtin().get(self.entry.root)
    }
}

/// The table of Kubernetes v1.37, parsed at the first use.
pub fn builtin() -> &'static Schema {
    static TABLE: OnceLock<Schema> = OnceLock::new();
    TABLE.get_or_init(|| parse::parse(include_str!("builtin.txt")))
}

impl Schema {
    /// The kind, or `None` for a custom resource and for a version that Kubernetes no longer serves.
    pub fn lookup(&'static self, gvk: &Gvk) -> Option<Kind> {
        self.kinds.get(gvk.to_string().as_str()).map(|entry| Kind { entry })
    }

    /// Every kind of the table with its `apiVersion` and `kind`, in no particular order.
    pub fn kinds(&'static self) -> impl Iterator<Item = (Gvk, Kind)> {
        self.kinds.iter().filter_map(|(name, entry)| {
            let (api_version, kind) = name.split_once(' ')?;
            Some((Gvk::new(api_version, kind), Kind { entry }))
        })
    }

    /// A type by the name that the table gives it, such as `core.v1.Container`.
    pub fn type_named(&self, name: &str) -> Option<&Type> {
        self.names.get(name).map(|id| self.get(*id))
    }

    fn get(&self, id: TypeId) -> &Type {
        // Ids are only made by the parser, for entries of this vector.
        &self.types[id.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_well_formed_and_complete() {
        let table = builtin();
        assert_eq!(table.malformed, Vec::<usize>::new());
        assert_eq!(table.kinds().count(), 100);
        assert_eq!(table.types.len(), 734);
    }

    #[test]
    fn a_kind_tells_its_resource_and_scope() {
        let kind = builtin().lookup(&Gvk::new("apps/v1", "Deployment")).unwrap();
        assert_eq!(kind.plural(), "deployments");
        assert!(kind.namespaced() && kind.strategic() && kind.has_status());
        let kind = builtin().lookup(&Gvk::new("rbac.authorization.k8s.io/v1", "ClusterRole")).unwrap();
        assert!(!kind.namespaced() && kind.strategic() && !kind.has_status());
        assert!(builtin().lookup(&Gvk::new("example.org/v1", "Widget")).is_none());
    }

    #[test]
    fn types_are_walked_field_by_field() {
        let deployment = builtin().lookup(&Gvk::new("apps/v1", "Deployment")).unwrap().root();
        let mut shape = &deployment.field("spec").unwrap().shape;
        for name in ["template", "spec", "containers"] {
            shape = &shape.object().unwrap().field(name).unwrap().shape;
        }
        let container = shape.item().unwrap().object().unwrap();
        assert_eq!(container.name, "core.v1.Container");
        let ports = container.field("ports").unwrap();
        assert_eq!(ports.strategy, Strategy { merge: true, replace: false, retain_keys: false });
        assert_eq!(ports.merge_key, Some("containerPort"));
        let limits = &container.field("resources").unwrap().shape.object().unwrap().field("limits").unwrap().shape;
        assert_eq!(limits.item(), Some(&Shape::Scalar(Scalar::Quantity)));
        assert!(!container.field("livenessProbe").unwrap().zero_is_absent);
        assert!(container.field("tty").unwrap().zero_is_absent);
    }
}
