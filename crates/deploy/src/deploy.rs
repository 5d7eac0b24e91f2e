//! One deploy: plans, checks, and carries out in the order that loses nothing if it is killed in between.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::{StreamExt, stream};
use landfall_core::{
    inventory::Inventory,
    manifest::Manifest,
    object::ObjectId,
    order::Step,
    plan::{Action, Item},
};
use thiserror::Error;

use crate::{
    environment::Request,
    plan::{AT_ONCE, PlanError, Planned, check, plan, replan},
    progress::{Event, Progress},
    target::{Lock, Target, TargetError},
};

/// How long a deploy waits for another one of the same environment. A lock whose holder is gone is free after 15 s.
const LOCK_WAIT: Duration = Duration::from_secs(60);

/// How often a plan is made anew because another deploy ended in between.
const REPLANS: usize = 3;

/// What came of a deploy.
pub enum Outcome {
    /// All is done, or nothing was to do.
    Done(Box<Planned>),
    /// The plan must not be carried out; nothing was written.
    Blocked(Box<Planned>),
}

/// Why a deploy did not end.
#[derive(Debug, Error)]
pub enum DeployError {
    /// There is no plan. Nothing was written.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The target did not answer while the deploy was being prepared. Nothing was written.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Some changes failed; what came before is done, what would come after was not begun, and nothing was pruned.
    #[error("{} of {total} changes failed, {done} are done, and nothing was pruned", .failed.len())]
    Partial {
        /// Those that failed.
        failed: Vec<Failure>,
        /// How many are done.
        done: usize,
        /// How many there were.
        total: usize,
    },
    /// The user stopped it.
    #[error("Stopped after {done} of {total} changes; nothing was pruned. Deploy again to go on")]
    Stopped {
        /// How many changes are done.
        done: usize,
        /// How many there were.
        total: usize,
    },
    /// The lock was lost, so that another deploy may be running.
    #[error("The lock of the environment was lost after {done} of {total} changes: the target was out of reach for too long. Deploy again to go on")]
    LockLost {
        /// How many changes are done.
        done: usize,
        /// How many there were.
        total: usize,
    },
}

/// One change that failed.
#[derive(Debug)]
pub struct Failure {
    /// The object.
    pub id: ObjectId,
    /// Where its manifest stands.
    pub place: Option<String>,
    /// Why.
    pub error: TargetError,
}

/// Makes manifests live on a target.
///
/// The order is that of the design: observe, plan, guards, lock, check, widen the inventory, apply step by step, prune
/// only if every apply succeeded, narrow the inventory. Without changes nothing is written at all.
///
/// # Errors
/// See [`DeployError`]; a plan that must not be carried out is no error but [`Outcome::Blocked`].
pub async fn deploy(
    target: &dyn Target,
    manifests: Vec<Manifest>,
    request: &Request,
    progress: &dyn Progress,
) -> Result<Outcome, DeployError> {
    let mut planned = plan(target, manifests, request, progress).await?;
    if !planned.plan.refusals.is_empty() {
        return Ok(Outcome::Blocked(Box::new(planned)));
    }
    if !planned.plan.has_changes() {
        record_unchanged(target, &planned, request).await?;
        return Ok(Outcome::Done(Box::new(planned)));
    }
    if !request.track {
        return carry_out_checked(target, planned, request, progress, None).await;
    }
    create_own_namespace(target, &planned).await?;
    let mut lock = lock(target, &planned, request, progress).await?;
    for _ in 0..REPLANS {
        let current = target.inventories(&planned.key).await?;
        if current.version == planned.inventories.version {
            break;
        }
        planned = replan(target, planned, request).await?;
    }
    if !planned.plan.refusals.is_empty() {
        lock.release().await;
        return Ok(Outcome::Blocked(Box::new(planned)));
    }
    let result = carry_out_checked(target, planned, request, progress, Some(&mut lock)).await;
    lock.release().await;
    result
}

async fn lock(
    target: &dyn Target,
    planned: &Planned,
    request: &Request,
    progress: &dyn Progress,
) -> Result<Box<dyn Lock>, TargetError> {
    match target.lock(&planned.key, &request.holder, Duration::ZERO).await {
        Err(TargetError::Locked { holder, .. }) => {
            progress.tell(Event::Waiting { holder });
            target.lock(&planned.key, &request.holder, LOCK_WAIT).await
        }
        result => result,
    }
}

/// The environment's own namespace must exist before its lock and inventory can: where the revision brings it, it
/// comes first.
async fn create_own_namespace(target: &dyn Target, planned: &Planned) -> Result<(), DeployError> {
    let is_own = |item: &&Item| {
        item.id.kind == "Namespace"
            && item.id.group.is_empty()
            && item.id.name == planned.key.namespace
            && matches!(item.action, Action::Create { .. })
    };
    if let Some(item) = planned.plan.items.iter().find(is_own) {
        target.carry_out(item, &planned.catalog).await?;
    }
    Ok(())
}

/// A revision that changes no object is still the one that is live now.
async fn record_unchanged(target: &dyn Target, planned: &Planned, request: &Request) -> Result<(), TargetError> {
    if !request.track {
        return Ok(());
    }
    let narrowed = narrowed(planned, &BTreeMap::new(), request);
    let is_same = planned.inventories.own.as_ref().is_some_and(|own| {
        own.revision == narrowed.revision && own.repository == narrowed.repository && own.objects == narrowed.objects
    });
    if !is_same {
        target.write_inventory(&planned.key, &narrowed, planned.inventories.version.as_deref()).await?;
    }
    Ok(())
}

async fn carry_out_checked(
    target: &dyn Target,
    mut planned: Planned,
    request: &Request,
    progress: &dyn Progress,
    lock: Option<&mut Box<dyn Lock>>,
) -> Result<Outcome, DeployError> {
    check(target, &mut planned, progress).await?;
    if !planned.plan.refusals.is_empty() {
        return Ok(Outcome::Blocked(Box::new(planned)));
    }
    progress.planned(&planned.plan);
    if !planned.plan.has_changes() {
        record_unchanged(target, &planned, request).await?;
        return Ok(Outcome::Done(Box::new(planned)));
    }
    let mut run = Run {
        target,
        planned: &planned,
        progress,
        lock: lock.as_deref().map(AsRef::as_ref),
        uids: BTreeMap::new(),
        done: 0,
        total: planned.plan.items.iter().filter(|item| item.is_change()).count(),
    };
    let mut version = planned.inventories.version.clone();
    if request.track {
        let wide = planned.inventories.own.clone().unwrap_or_default().widened(planned.desired.objects.iter().map(|d| &d.id));
        version = Some(target.write_inventory(&planned.key, &wide, version.as_deref()).await?);
    }
    let result = run.apply_and_prune().await;
    let uids = std::mem::take(&mut run.uids);
    if request.track {
        let inventory = match &result {
            Ok(()) => narrowed(&planned, &uids, request),
            // Still wide: what failed is tried again, what was not pruned is not forgotten.
            Err(_) => with_uids(&planned, &uids),
        };
        let written = target.write_inventory(&planned.key, &inventory, version.as_deref()).await;
        if result.is_ok() {
            written?;
        }
    }
    result?;
    Ok(Outcome::Done(Box::new(planned)))
}

/// A plan that is being carried out.
struct Run<'a> {
    target: &'a dyn Target,
    planned: &'a Planned,
    progress: &'a dyn Progress,
    lock: Option<&'a dyn Lock>,
    uids: BTreeMap<ObjectId, String>,
    done: usize,
    total: usize,
}

impl Run<'_> {
    async fn apply_and_prune(&mut self) -> Result<(), DeployError> {
        let planned = self.planned;
        for step in Step::ALL {
            let items: Vec<&Item> = planned.plan.applies(step).collect();
            if items.is_empty() {
                continue;
            }
            self.progress.tell(Event::Applying { step, total: items.len() });
            self.carry_out(&items).await?;
            if step == Step::Definitions {
                self.wait_for_definitions(&items).await?;
            }
        }
        let prunes: Vec<&Item> = planned.plan.prunes().collect();
        if !prunes.is_empty() {
            self.progress.tell(Event::Pruning { total: prunes.len() });
            // Namespaces and definitions last: what they hold is deleted by its own item, with its own precondition.
            let (containers, others): (Vec<_>, Vec<_>) = prunes.into_iter().partition(|item| item.id.is_container());
            self.carry_out(&others).await?;
            self.carry_out(&containers).await?;
        }
        Ok(())
    }

    /// Carries out items at the same time; the first stop or loss of the lock ends it, failures only afterwards.
    async fn carry_out(&mut self, items: &[&Item]) -> Result<(), DeployError> {
        let (target, planned) = (self.target, self.planned);
        let mut results = stream::iter(items.iter().map(|item| async move { (*item, target.carry_out(item, &planned.catalog).await) }))
            .buffer_unordered(AT_ONCE);
        let mut failed = Vec::new();
        while let Some((item, result)) = results.next().await {
            match result {
                Ok(carried) => {
                    self.done += 1;
                    for message in carried.warnings {
                        self.progress.tell(Event::Warning { id: item.id.clone(), message });
                    }
                    self.uids.extend(carried.uid.map(|uid| (item.id.clone(), uid)));
                    self.progress.tell(Event::Done { id: item.id.clone() });
                }
                Err(error) => failed.push(Failure {
                    id: item.id.clone(),
                    place: item.place.as_ref().map(ToString::to_string),
                    error,
                }),
            }
            if self.progress.stop_requested() {
                return Err(DeployError::Stopped { done: self.done, total: self.total });
            }
            if self.lock.is_some_and(|lock| !lock.is_held()) {
                return Err(DeployError::LockLost { done: self.done, total: self.total });
            }
        }
        if failed.is_empty() {
            return Ok(());
        }
        failed.sort_by(|a, b| (&a.place, &a.id).cmp(&(&b.place, &b.id)));
        Err(DeployError::Partial { failed, done: self.done, total: self.total })
    }

    async fn wait_for_definitions(&self, items: &[&Item]) -> Result<(), DeployError> {
        for item in items.iter().filter(|item| item.id.is_definition()) {
            self.target.definition_served(&item.id).await?;
        }
        Ok(())
    }
}

/// The inventory after a deploy that ended: the objects of the revision, those that were left on purpose, and those of
/// kinds that could not be seen.
fn narrowed(planned: &Planned, uids: &BTreeMap<ObjectId, String>, request: &Request) -> Inventory {
    let kept = planned.plan.items.iter().filter(|item| matches!(item.action, Action::Keep(_))).map(|item| &item.id);
    let own = planned.inventories.own.as_ref();
    let unseen = own.into_iter().flat_map(|own| own.objects.keys()).filter(|id| planned.observation.blindness(id).is_some());
    let ids: BTreeSet<&ObjectId> = planned.desired.objects.iter().map(|desired| &desired.id).chain(kept).chain(unseen).collect();
    let uid = |id: &ObjectId| {
        let observed = || planned.observation.live.get(id).map(|live| live.uid.clone());
        let recorded = || own.and_then(|own| own.objects.get(id).cloned()).flatten();
        uids.get(id).cloned().or_else(observed).or_else(recorded)
    };
    Inventory {
        revision: request.revision.clone(),
        time: Some(request.now.clone()),
        repository: request.repository.clone(),
        objects: ids.into_iter().map(|id| (id.clone(), uid(id))).collect(),
    }
}

/// The inventory of a deploy that did not end: everything from before and everything desired.
fn with_uids(planned: &Planned, uids: &BTreeMap<ObjectId, String>) -> Inventory {
    let before = planned.inventories.own.clone().unwrap_or_default();
    let mut wide = before.widened(planned.desired.objects.iter().map(|desired| &desired.id));
    for (id, uid) in uids {
        wide.objects.insert(id.clone(), Some(uid.clone()));
    }
    wide
}
