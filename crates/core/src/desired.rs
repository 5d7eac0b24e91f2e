//! What a revision asks for: its manifests as objects of one environment, with kinds and namespaces resolved.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use serde_json::Value;

use crate::{
    catalog::{Catalog, Platform, ServedKind},
    diagnostic::Diagnostic,
    manifest::{self, Manifest, Origin},
    object::{self, Gvk, ObjectId},
    packed::Packed,
    selector::Selector,
};

/// One object as the revision has it.
#[derive(Debug, Clone)]
pub struct Desired {
    /// Its identity on the target.
    pub id: ObjectId,
    /// The version in which the manifest is written, and in which it is read and written on the target.
    pub gvk: Gvk,
    /// The manifest with its namespace filled in, as kubectl sends it, still without the last-applied annotation.
    pub value: Packed,
    /// Where it stands.
    pub origin: Origin,
    /// Its kind is defined by the same revision and not served yet: it cannot be read or checked before.
    pub pending_kind: bool,
}

/// Where objects without a namespace go, and which objects count.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The namespace of objects that name none.
    pub default_namespace: String,
    /// The namespace was given explicitly: an object that names another one is an error, as with kubectl's `-n`.
    pub enforce_namespace: bool,
    /// Which objects belong to the environment.
    pub selector: Selector,
}

/// All objects that a revision asks for.
#[derive(Debug, Default)]
pub struct DesiredSet {
    /// The objects, in the order of their files.
    pub objects: Vec<Desired>,
    /// Manifests that the selector leaves out: probably a label that was forgotten.
    pub left_out: Vec<(ObjectId, Origin)>,
    /// Kinds that the revision itself defines.
    pub defined_kinds: Vec<ServedKind>,
}

impl DesiredSet {
    /// Resolves the manifests of a revision against the kinds that the target serves.
    ///
    /// # Errors
    /// All faults of all manifests: kinds that the target does not serve, namespaces that contradict the scope, two
    /// manifests of one object.
    pub fn resolve(manifests: Vec<Manifest>, catalog: &Catalog, scope: &Scope) -> Result<Self, Vec<Diagnostic>> {
        let defined_kinds = defined_kinds(&manifests);
        let mut set = Self { defined_kinds, ..Self::default() };
        let mut faults = Vec::new();
        for manifest in manifests {
            if !scope.selector.matches(&manifest.labels) {
                let id = set.identity(&manifest, catalog, scope);
                set.left_out.push((id, manifest.origin));
                continue;
            }
            match set.resolve_one(manifest, catalog, scope) {
                Ok(desired) => set.objects.push(desired),
                Err(fault) => faults.push(*fault),
            }
        }
        faults.extend(manifest::duplicates(set.objects.iter().map(|desired| (&desired.id, &desired.origin))));
        if faults.is_empty() { Ok(set) } else { Err(faults) }
    }

    fn resolve_one(&self, manifest: Manifest, catalog: &Catalog, scope: &Scope) -> Result<Desired, Box<Diagnostic>> {
        let served = catalog.get(&manifest.gvk);
        let defined = self.defined_kinds.iter().find(|kind| kind.gvk == manifest.gvk);
        let Some(kind) = served.or(defined) else {
            return Err(Box::new(unknown_kind(&manifest, catalog)));
        };
        let mut value = manifest.value;
        let namespace = if kind.namespaced {
            let named = manifest.namespace.filter(|namespace| !namespace.is_empty());
            if let Some(named) =
                named.as_ref().filter(|named| scope.enforce_namespace && **named != scope.default_namespace)
            {
                let span = manifest.origin.locate(&["metadata", "namespace"]);
                return Err(Box::new(
                    at(
                        &manifest.origin,
                        span,
                        format!("The namespace '{named}' is not the '{}' that was asked for", scope.default_namespace),
                    )
                    .hint("remove the namespace from the manifest, or run without -n"),
                ));
            }
            let namespace = named.unwrap_or_else(|| scope.default_namespace.clone());
            value = value.in_namespace(&namespace);
            Some(namespace)
        } else {
            // A namespace in a cluster-scoped manifest means nothing to the API server; it must not become part of the
            // identity, or the object would look like another one and be pruned.
            None
        };
        Ok(Desired {
            id: ObjectId { group: kind.gvk.group.clone(), kind: kind.gvk.kind.clone(), namespace, name: manifest.name },
            gvk: kind.gvk.clone(),
            value,
            origin: manifest.origin,
            pending_kind: served.is_none(),
        })
    }

    /// The identity of a manifest that is not applied, as far as its kind is known.
    fn identity(&self, manifest: &Manifest, catalog: &Catalog, scope: &Scope) -> ObjectId {
        let is_namespaced = self.kind(catalog, &manifest.gvk).is_some_and(|kind| kind.namespaced);
        let named = manifest.namespace.clone().filter(|namespace| !namespace.is_empty());
        let namespace = is_namespaced.then(|| named.unwrap_or_else(|| scope.default_namespace.clone()));
        let (group, kind) = (manifest.gvk.group.clone(), manifest.gvk.kind.clone());
        ObjectId { group, kind, namespace, name: manifest.name.clone() }
    }

    /// The kind of an object in its version, from the target or from the revision itself.
    pub fn kind<'a>(&'a self, catalog: &'a Catalog, gvk: &Gvk) -> Option<&'a ServedKind> {
        catalog.get(gvk).or_else(|| self.defined_kinds.iter().find(|kind| kind.gvk == *gvk))
    }

    /// The namespaces that hold objects of the revision.
    pub fn namespaces(&self) -> BTreeSet<String> {
        object::namespaces(self.objects.iter().map(|desired| &desired.id))
    }

    /// The namespaces that the revision itself creates or changes.
    pub fn defined_namespaces(&self) -> BTreeSet<&str> {
        self.objects
            .iter()
            .filter(|desired| desired.id.kind == "Namespace" && desired.id.group.is_empty())
            .map(|desired| desired.id.name.as_str())
            .collect()
    }
}

fn at(origin: &Origin, span: Range<usize>, message: String) -> Diagnostic {
    Diagnostic::at(&Arc::clone(&origin.source), span, message)
}

/// The kinds of the CustomResourceDefinitions among the manifests, in every version that they serve.
fn defined_kinds(manifests: &[Manifest]) -> Vec<ServedKind> {
    let mut kinds = Vec::new();
    for manifest in manifests {
        if manifest.gvk.group != "apiextensions.k8s.io" || manifest.gvk.kind != "CustomResourceDefinition" {
            continue;
        }
        let definition = manifest.value.unpacked();
        let text = |pointer: &str| definition.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let (Some(group), Some(kind), Some(plural)) =
            (text("/spec/group"), text("/spec/names/kind"), text("/spec/names/plural"))
        else {
            // The API server refuses such a definition in the check, with a better message than we could give.
            continue;
        };
        let namespaced = text("/spec/scope").is_some_and(|scope| scope == "Namespaced");
        let versions = definition.pointer("/spec/versions").and_then(Value::as_array);
        for version in versions.into_iter().flatten() {
            let (Some(name), Some(true)) =
                (version.get("name").and_then(Value::as_str), version.get("served").and_then(Value::as_bool))
            else {
                continue;
            };
            let gvk = Gvk { group: group.clone(), version: name.to_owned(), kind: kind.clone() };
            kinds.push(ServedKind { gvk, plural: plural.clone(), namespaced, prunable: true });
        }
    }
    kinds
}

/// What to say of a manifest whose kind the target does not serve.
fn unknown_kind(manifest: &Manifest, catalog: &Catalog) -> Diagnostic {
    let gvk = &manifest.gvk;
    let target = catalog.platform().subject();
    let span = manifest.origin.locate(&["apiVersion"]);
    let fault = |message: String| at(&manifest.origin, span.clone(), message);
    let group_version =
        |version: &str, group: &str| if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    if let Some(unserved) = catalog.unserved().iter().find(|u| u.group == gvk.group && u.version == gvk.version) {
        return fault(format!(
            "{target} cannot serve {} now: {}",
            group_version(&unserved.version, &unserved.group),
            unserved.reason
        ))
        .hint("repair the API service that serves this group, or leave its objects out of this deploy");
    }
    let versions = catalog.versions(&gvk.group_kind());
    if !versions.is_empty() {
        return fault(format!("{target} does not serve {gvk} any more, or not yet")).hint(format!(
            "it serves {} as {}; change apiVersion, and the fields that differ",
            gvk.kind,
            versions.join(", ")
        ));
    }
    let elsewhere: Vec<String> = catalog.named(&gvk.kind).into_iter().map(Gvk::api_version).collect();
    if !elsewhere.is_empty() {
        return fault(format!("{target} does not serve {gvk}")).hint(format!(
            "it serves {} as {}",
            gvk.kind,
            elsewhere.join(", ")
        ));
    }
    fault(format!("{target} does not know the kind {gvk}")).hint(match catalog.platform() {
        Platform::Cluster => {
            "correct apiVersion and kind, or add the CustomResourceDefinition of this kind to the repository or the cluster"
        }
        Platform::Docker => {
            "correct apiVersion and kind; custom kinds need a cluster: keep them out of this environment by its paths or its \
             selector"
        }
    })
}
