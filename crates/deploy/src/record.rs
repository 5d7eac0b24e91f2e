//! What a deploy records on the target: the inventory before, after, and where nothing changed.

use std::collections::BTreeMap;

use landfall_core::{
    inventory::{Deploying, Inventory},
    object::ObjectId,
    plan::Action,
};

use crate::{
    environment::Request,
    plan::Planned,
    target::{Carried, Target, TargetError},
};

/// The inventory after a deploy that ended: the objects of the revision, those that were left on purpose, and those of
/// kinds that could not be seen. Without pruning all that was recorded stays so.
pub(crate) fn narrowed(planned: &Planned, carried: &BTreeMap<ObjectId, Carried>, request: &Request) -> Inventory {
    let kept = planned.plan.items.iter().filter(|item| matches!(item.action, Action::Keep(_))).map(|item| &item.id);
    let own = planned.inventories.own.as_ref();
    let is_left = |id: &&ObjectId| !request.options.prune || planned.observation.blindness(id).is_some();
    let unseen = own.into_iter().flat_map(|own| own.objects.keys()).filter(is_left);
    let ids = planned.desired.objects.iter().map(|desired| &desired.id).chain(kept).chain(unseen);
    let uid = |id: &ObjectId| {
        let observed = || planned.observation.live.get(id).map(|live| live.uid.clone());
        let recorded = || own.and_then(|own| own.objects.get(id).cloned()).flatten();
        carried.get(id).and_then(|carried| carried.uid.clone()).or_else(observed).or_else(recorded)
    };
    Inventory {
        revision: request.revision.clone(),
        time: Some(request.now.clone()),
        repository: request.repository.clone(),
        deploying: None,
        objects: ids.map(|id| (id.clone(), uid(id))).collect(),
    }
}

/// The inventory of a deploy that did not end: everything from before and everything desired, and that it was begun.
pub(crate) fn with_uids(planned: &Planned, carried: &BTreeMap<ObjectId, Carried>, deploying: Deploying) -> Inventory {
    let before = planned.inventories.own.clone().unwrap_or_default();
    let mut wide = before.widened(planned.desired.objects.iter().map(|desired| &desired.id));
    for (id, carried) in carried.iter().filter(|(_, carried)| carried.uid.is_some()) {
        wide.objects.insert(id.clone(), carried.uid.clone());
    }
    wide.deploying = Some(deploying);
    wide
}

/// A revision that changes no object is still the one that is live now.
pub(crate) async fn record_unchanged(
    target: &dyn Target,
    planned: &Planned,
    request: &Request,
) -> Result<(), TargetError> {
    if !request.track {
        return Ok(());
    }
    let narrowed = narrowed(planned, &BTreeMap::new(), request);
    // Without a revision there is nothing to tell that the objects do not tell themselves.
    let is_same = match (&planned.inventories.own, &request.revision) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some(own), None) => own.deploying.is_none() && own.objects == narrowed.objects,
        (Some(own), Some(_)) => {
            own.deploying.is_none()
                && own.revision == narrowed.revision
                && own.repository == narrowed.repository
                && own.objects == narrowed.objects
        }
    };
    if !is_same {
        target.write_inventory(&planned.key, &narrowed, planned.inventories.version.as_deref()).await?;
    }
    Ok(())
}
