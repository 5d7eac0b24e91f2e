//! What is recorded on a target that keeps records, but is not true there.

use std::collections::{BTreeMap, BTreeSet};

use landfall_core::{catalog::Catalog, object::ObjectId, observation::ListQuery, selector::Selector};

use crate::target::{Drifted, ObserveRequest, Target, TargetError};

/// The questions for objects; those of kinds that the target does not serve are left out.
pub fn wanted<'i>(ids: impl Iterator<Item = &'i ObjectId>, catalog: &Catalog) -> BTreeMap<ObjectId, ListQuery> {
    ids.filter_map(|id| {
        let kind = catalog.preferred(&id.group_kind())?.clone();
        Some((id.clone(), ListQuery { kind, namespace: id.namespace.clone() }))
    })
    .collect()
}

/// Those of the objects that do not match their records, as the target itself tells.
///
/// # Errors
/// The target cannot be read.
pub async fn drifted(
    target: &dyn Target,
    selector: &Selector,
    wanted: &BTreeMap<ObjectId, ListQuery>,
) -> Result<Vec<Drifted>, TargetError> {
    let observe = ObserveRequest { queries: &[], selector, wanted, required: &BTreeSet::new() };
    let observed = target.observe(&observe).await?;
    let of = |id: &ObjectId| match observed.live.get(id) {
        Some(live) => live.drift.clone(),
        None => vec!["it was removed".to_owned()],
    };
    let all = wanted.keys().map(|id| Drifted { object: id.clone(), drift: of(id) });
    Ok(all.filter(|drifted| !drifted.drift.is_empty()).collect())
}
