//! The kinds that one host serves: the built-in ones. Those that it cannot carry out are among them, so that they are
//! refused with their reason and not for a name that nobody knows.

use landfall_core::{
    catalog::{Catalog, Platform, ServedKind},
    object::Gvk,
    schema,
};

use crate::support::{KindClass, kind_class};

/// All kinds.
pub fn catalog() -> Catalog {
    let mut kinds: Vec<(Gvk, schema::Kind)> = schema::builtin().kinds().collect();
    // The first of a kind is the version that is preferred; versions before the first stable one are not.
    kinds.sort_by_key(|(gvk, _)| (gvk.version.contains("alpha"), gvk.version.contains("beta"), gvk.clone()));
    let mut catalog = Catalog::of(Platform::Docker);
    for (gvk, kind) in kinds {
        let prunable = !matches!(kind_class(&gvk), KindClass::Refused(_));
        catalog.add(ServedKind { gvk, plural: kind.plural().to_owned(), namespaced: kind.namespaced(), prunable });
    }
    catalog
}

#[cfg(test)]
mod tests {
    use landfall_core::object::GroupKind;

    use super::*;

    #[test]
    fn stable_versions_are_preferred_and_what_is_refused_is_not_looked_for() {
        let catalog = catalog();
        let preferred = |group: &str, kind: &str| {
            let kind = catalog.preferred(&GroupKind::new(group, kind)).unwrap();
            (kind.gvk.version.clone(), kind.plural.clone(), kind.namespaced, kind.prunable)
        };
        assert_eq!(preferred("apps", "Deployment"), ("v1".into(), "deployments".into(), true, true));
        assert_eq!(preferred("", "Namespace"), ("v1".into(), "namespaces".into(), false, true));
        assert_eq!(preferred("apps", "ReplicaSet"), ("v1".into(), "replicasets".into(), true, false));
    }
}
