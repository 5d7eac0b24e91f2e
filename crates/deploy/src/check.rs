//! Asks a target about a plan before anything is written.

use std::collections::{BTreeMap, HashMap};

use futures::{StreamExt, stream};
use landfall_core::{
    desired::Desired,
    object::ObjectId,
    plan::{CheckFault, CheckOutcome, Item, Refusal},
};

use crate::{
    plan::Planned,
    progress::{Event, Progress},
    run::AT_ONCE,
    target::{Target, TargetError},
};

/// Asks the target about every change of a plan, without doing any: all that it would refuse becomes a refusal of the
/// plan, and what it shows to change nothing becomes no change.
///
/// # Errors
/// Where the target does not answer.
#[tracing::instrument(name = "check", skip_all)]
pub async fn check(target: &dyn Target, planned: &mut Planned, progress: &dyn Progress) -> Result<(), TargetError> {
    let outcomes = ask(target, planned, progress).await;
    let Planned { plan, desired, catalog, observation, options, .. } = planned;
    let manifests: HashMap<&ObjectId, &Desired> =
        desired.objects.iter().map(|desired| (&desired.id, desired)).collect();
    let mut refused = Refused::default();
    for (index, outcome) in outcomes {
        let Some(item) = plan.items.get_mut(index) else { continue };
        let (desired, live) = (manifests.get(&item.id).copied(), observation.live.get(&item.id));
        let mut replaces_instead = || {
            let parsed = live.and_then(|live| live.parse().ok());
            matches!((desired, parsed), (Some(desired), Some(live)) if item.replace_instead(desired, &live, options))
        };
        let outcome = match outcome {
            Ok(CheckOutcome::Refused(fault)) if fault.is_immutable() && replaces_instead() => {
                target.check(item, catalog).await
            }
            outcome => outcome,
        };
        let fault = match outcome {
            Ok(CheckOutcome::Accepted(result)) => {
                if let Some(live) = live {
                    item.settle(live, &result);
                }
                continue;
            }
            Ok(CheckOutcome::Refused(fault)) => fault,
            Ok(CheckOutcome::Exists) => {
                refused.created_meanwhile += 1;
                let message = "somebody created it while this plan was made".to_owned();
                CheckFault { message, causes: Vec::new(), code: 409 }
            }
            Err(TargetError::Forbidden(reason)) => CheckFault { message: reason, causes: Vec::new(), code: 403 },
            Err(error) => return Err(error),
        };
        let fault = match desired {
            Some(desired) => item.conceal(fault, &desired.value),
            None => fault,
        };
        refused.add(item.refuse(&fault, desired, catalog.platform()), fault.missing_namespace());
    }
    planned.created_meanwhile = refused.created_meanwhile;
    planned.plan.refusals.extend(refused.in_order());
    Ok(())
}

/// The target's answers about all items that are to be asked about, by their places in the plan.
async fn ask(
    target: &dyn Target,
    planned: &Planned,
    progress: &dyn Progress,
) -> Vec<(usize, Result<CheckOutcome, TargetError>)> {
    let Planned { plan, catalog, reviewed, .. } = planned;
    let is_asked_about =
        |(_, item): &(usize, &Item)| item.checkable && item.is_change() && !reviewed.contains(&item.id);
    let items: Vec<(usize, &Item)> = plan.items.iter().enumerate().filter(is_asked_about).collect();
    if !items.is_empty() {
        progress.tell(Event::Checking { total: items.len() });
    }
    let checks = items.into_iter().map(|(index, item)| async move { (index, item, target.check(item, catalog).await) });
    let answers = stream::iter(checks).buffer_unordered(AT_ONCE).map(|(index, item, outcome)| {
        progress.tell(Event::Done { id: item.id.clone() });
        (index, outcome)
    });
    answers.collect().await
}

/// What a target refused.
#[derive(Default)]
struct Refused {
    refusals: Vec<Refusal>,
    missing_namespaces: BTreeMap<String, Vec<Refusal>>,
    created_meanwhile: usize,
}

impl Refused {
    fn add(&mut self, refusal: Refusal, missing_namespace: Option<&str>) {
        match missing_namespace {
            // All objects of an environment may be in it: one refusal tells as much as hundreds.
            Some(namespace) => self.missing_namespaces.entry(namespace.to_owned()).or_default().push(refusal),
            None => self.refusals.push(refusal),
        }
    }

    fn in_order(self) -> Vec<Refusal> {
        let mut refusals = self.refusals;
        refusals.extend(self.missing_namespaces.into_values().filter_map(Refusal::first_of));
        refusals.sort_by(|a, b| a.place.cmp(&b.place));
        refusals
    }
}
