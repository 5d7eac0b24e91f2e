//! One deploy: plans, checks, and carries out in the order that loses nothing if it is killed in between.

use std::{collections::BTreeMap, time::Duration};

use landfall_core::{
    manifest::Manifest,
    object::ObjectId,
    plan::{Action, Item},
};
use thiserror::Error;

use crate::{
    environment::Request,
    plan::{PlanError, Planned, check, plan, replan},
    progress::{Event, Progress},
    record::{narrowed, record_unchanged, with_uids},
    run::Run,
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
    /// Some changes failed; what came before is done, what would come after was not begun.
    #[error("{} of {total} changes failed, {done} done, {}", .failed.len(), pruned_in_words(*.pruned))]
    Partial {
        /// Those that failed.
        failed: Vec<Failure>,
        /// How many are done.
        done: usize,
        /// How many of them are deletions: none unless everything was applied.
        pruned: usize,
        /// How many there were.
        total: usize,
    },
    /// The user stopped it.
    #[error("Stopped after {done} of {total} changes, {}. Deploy again to go on", pruned_in_words(*.pruned))]
    Stopped {
        /// How many changes are done.
        done: usize,
        /// How many of them are deletions.
        pruned: usize,
        /// How many there were.
        total: usize,
    },
    /// The lock was lost, so that another deploy may be running.
    #[error(
        "The lock of the environment was lost after {done} of {total} changes: the target was out of reach for too long. Deploy again to go on"
    )]
    LockLost {
        /// How many changes are done.
        done: usize,
        /// How many there were.
        total: usize,
    },
}

fn pruned_in_words(pruned: usize) -> String {
    if pruned == 0 { "nothing was pruned".to_owned() } else { format!("{pruned} pruned") }
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
/// The order: observe, plan, guards, check, lock, widen the inventory, apply step by step, prune only if every apply
/// succeeded, narrow the inventory. Without changes nothing is written, but the revision if it is a new one.
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
    if !is_accepted(target, &mut planned, progress).await? {
        return Ok(Outcome::Blocked(Box::new(planned)));
    }
    if !planned.plan.has_changes() {
        record_unchanged(target, &planned, request).await?;
        progress.planned(&planned.plan);
        return Ok(Outcome::Done(Box::new(planned)));
    }
    if !request.track {
        progress.planned(&planned.plan);
        return carry_out(target, planned, request, progress, None).await;
    }
    create_own_namespace(target, &planned).await?;
    let lock = lock(target, &planned, request, progress).await?;
    let result = carry_out_locked(target, planned, request, progress, lock.as_ref()).await;
    lock.release().await;
    result
}

/// Whether guards and target let the plan be carried out. The target is asked even where a guard refuses already: all
/// that is wrong is told at once.
async fn is_accepted(target: &dyn Target, planned: &mut Planned, progress: &dyn Progress) -> Result<bool, TargetError> {
    check(target, planned, progress).await?;
    Ok(planned.plan.refusals.is_empty())
}

/// Carries out a plan, or a new one if another deploy ended since it was made.
async fn carry_out_locked(
    target: &dyn Target,
    mut planned: Planned,
    request: &Request,
    progress: &dyn Progress,
    lock: &dyn Lock,
) -> Result<Outcome, DeployError> {
    for _ in 0..REPLANS {
        if target.inventories(&planned.key).await?.version == planned.inventories.version {
            break;
        }
        planned = replan(target, planned, request).await?;
        if !is_accepted(target, &mut planned, progress).await? {
            return Ok(Outcome::Blocked(Box::new(planned)));
        }
    }
    progress.planned(&planned.plan);
    carry_out(target, planned, request, progress, Some(lock)).await
}

async fn lock(
    target: &dyn Target,
    planned: &Planned,
    request: &Request,
    progress: &dyn Progress,
) -> Result<Box<dyn Lock>, DeployError> {
    match target.lock(&planned.key, &request.holder, Duration::ZERO).await {
        Err(TargetError::Locked { holder, .. }) => {
            progress.tell(Event::Waiting { holder });
            let total = planned.plan.items.iter().filter(|item| item.is_change()).count();
            tokio::select! {
                lock = target.lock(&planned.key, &request.holder, LOCK_WAIT) => Ok(lock?),
                () = stop_requested(progress) => Err(DeployError::Stopped { done: 0, pruned: 0, total }),
            }
        }
        result => Ok(result?),
    }
}

async fn stop_requested(progress: &dyn Progress) {
    while !progress.stop_requested() {
        tokio::time::sleep(Duration::from_millis(100)).await;
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

async fn carry_out(
    target: &dyn Target,
    planned: Planned,
    request: &Request,
    progress: &dyn Progress,
    lock: Option<&dyn Lock>,
) -> Result<Outcome, DeployError> {
    if !planned.plan.has_changes() {
        record_unchanged(target, &planned, request).await?;
        return Ok(Outcome::Done(Box::new(planned)));
    }
    let mut run = Run {
        target,
        planned: &planned,
        progress,
        lock,
        uids: BTreeMap::new(),
        done: 0,
        pruned: 0,
        total: planned.plan.items.iter().filter(|item| item.is_change()).count(),
    };
    let mut version = planned.inventories.version.clone();
    if request.track {
        let wide =
            planned.inventories.own.clone().unwrap_or_default().widened(planned.desired.objects.iter().map(|d| &d.id));
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
