//! What is recorded on a target that keeps records, but is not true there.

use std::collections::{HashMap, HashSet};

use landfall_core::{catalog::Catalog, object::ObjectId, selector::Selector};

use crate::target::{Drifted, ObserveRequest, Target, TargetError};

/// Those of the objects that do not match their records, as the target itself tells, in their order; objects of kinds that
/// the target does not serve are left out.
///
/// # Errors
/// The target cannot be read.
pub async fn drifted<'i>(
    target: &dyn Target,
    selector: &Selector,
    ids: impl Iterator<Item = &'i ObjectId>,
    catalog: &Catalog,
) -> Result<Vec<Drifted>, TargetError> {
    let served = |id: &'i ObjectId| Some((id, catalog.preferred(&id.group_kind())?));
    let served: Vec<_> = ids.filter_map(served).collect();
    let wanted: HashMap<_, _> = served.iter().copied().collect();
    let required = HashSet::new();
    let observe = ObserveRequest { queries: &[], selector, wanted: &wanted, required: &required, not_before: None };
    let observed = target.observe(&observe).await?;
    let of = |id: &ObjectId| match observed.live.get(id) {
        Some(live) => live.drift.clone(),
        None => vec!["it was removed".to_owned()],
    };
    let all = served.iter().map(|(id, _)| Drifted { object: (*id).clone(), drift: of(id) });
    Ok(all.filter(|drifted| !drifted.drift.is_empty()).collect())
}
