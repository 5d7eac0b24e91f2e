//! The kinds that a target serves: what a manifest's `apiVersion` and `kind` mean there.

use std::collections::BTreeMap;

use crate::object::{GroupKind, Gvk};

/// One kind in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedKind {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// The resource name in request paths, such as `deployments`.
    pub plural: String,
    /// Whether objects of the kind live in namespaces.
    pub namespaced: bool,
    /// Whether it can be listed and deleted, and so be pruned.
    pub prunable: bool,
}

/// A group version that the target names but cannot serve now, such as one behind a broken APIService.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnservedGroup {
    /// The API group.
    pub group: String,
    /// The version.
    pub version: String,
    /// Why, as the target says it.
    pub reason: String,
}

/// What a target is, as far as sentences about it differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Platform {
    /// A Kubernetes cluster.
    #[default]
    Cluster,
    /// One host with a Docker engine.
    Docker,
}

impl Platform {
    /// It as the subject of a sentence: `The cluster`.
    pub fn subject(self) -> &'static str {
        match self {
            Self::Cluster => "The cluster",
            Self::Docker => "Docker",
        }
    }
}

/// All kinds that a target serves.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    platform: Platform,
    kinds: BTreeMap<Gvk, ServedKind>,
    preferred: BTreeMap<GroupKind, Gvk>,
    unserved: Vec<UnservedGroup>,
}

impl Catalog {
    /// No kinds yet, of a platform.
    pub fn of(platform: Platform) -> Self {
        Self { platform, ..Self::default() }
    }

    /// What the target is.
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// Adds a kind. The version that is added first is the one that the target prefers.
    pub fn add(&mut self, kind: ServedKind) {
        self.preferred.entry(kind.gvk.group_kind()).or_insert_with(|| kind.gvk.clone());
        self.kinds.insert(kind.gvk.clone(), kind);
    }

    /// Notes a group version that is named but not served.
    pub fn add_unserved(&mut self, group: UnservedGroup) {
        self.unserved.push(group);
    }

    /// The kind in exactly this version.
    pub fn get(&self, gvk: &Gvk) -> Option<&ServedKind> {
        self.kinds.get(gvk)
    }

    /// The kind in the version that the target prefers.
    pub fn preferred(&self, kind: &GroupKind) -> Option<&ServedKind> {
        self.preferred.get(kind).and_then(|gvk| self.kinds.get(gvk))
    }

    /// All kinds, each once, in the version that the target prefers.
    pub fn kinds(&self) -> impl Iterator<Item = &ServedKind> {
        self.preferred.values().filter_map(|gvk| self.kinds.get(gvk))
    }

    /// The group versions that are named but not served.
    pub fn unserved(&self) -> &[UnservedGroup] {
        &self.unserved
    }

    /// The other versions of a kind that are served, for a hint to a manifest whose version is gone.
    pub fn versions(&self, kind: &GroupKind) -> Vec<String> {
        self.kinds.keys().filter(|gvk| gvk.group_kind() == *kind).map(Gvk::api_version).collect()
    }

    /// Kinds of this name in any group, for a hint to a manifest whose group is wrong or gone.
    pub fn named(&self, kind: &str) -> Vec<&Gvk> {
        self.preferred.values().filter(|gvk| gvk.kind == kind).collect()
    }
}
