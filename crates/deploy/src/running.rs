//! A deploy that has a plan: carries it out under the environment's lock, and waits until all is live.

use std::{collections::BTreeMap, time::Duration};

use landfall_core::{
    batches,
    health::{self, HealthState, Surroundings},
    inventory::Inventory,
    object::{Gvk, ObjectId},
    plan::{Action, Item},
};
use landfall_journal::Time;

use crate::{
    check::check,
    deploy::Outcome,
    environment::Request,
    error::DeployError,
    journaling::Journaling,
    plan::{Planned, replan},
    progress::{Event, Progress},
    record::{narrowed, record_unchanged, with_uids},
    run::Run,
    target::{Lock, Target, TargetError, Watch, WatchRequest},
    turn::Turn,
    wait::{Ending, USUAL_WAIT, Wait, awaited},
};

/// How often a plan is made anew because another deploy ended in between.
const REPLANS: usize = 3;

/// A deploy under way.
pub(crate) struct Running<'a> {
    pub target: &'a dyn Target,
    pub progress: &'a dyn Progress,
    pub request: &'a Request,
    pub journaling: &'a Journaling<'a>,
}

/// Where a deploy has got to once it writes no more.
enum Written {
    /// The plan must not be carried out.
    Not(Box<Planned>),
    /// Everything is as the revision has it.
    All {
        planned: Box<Planned>,
        applied: Time,
        /// The watch that began before the first write; `None` where nothing need be waited for.
        watch: Option<Box<dyn Watch>>,
    },
}

impl Running<'_> {
    /// Carries out the plan, or a new one if another deploy ended since it was made, and waits.
    pub async fn deploy(&self, mut planned: Planned) -> Result<Outcome, DeployError> {
        // An object that came into being meanwhile may be the work of another deploy of this environment: once that has
        // ended, the plan is made anew.
        let is_accepted = self.is_accepted(&mut planned).await?;
        let is_worth_another = planned.is_outdated() && self.request.track;
        if !is_accepted && !is_worth_another {
            return Ok(Outcome::Blocked(Box::new(planned)));
        }
        // A deploy that began to write and has not ended: whether it runs or was killed, only the lock tells.
        let is_open = planned.inventories.own.as_ref().is_some_and(|own| own.deploying.is_some());
        if !planned.plan.has_changes() && !is_open {
            self.progress.planned(&planned.plan);
            let written = self.nothing_to_write(planned).await?;
            return self.wait(written).await;
        }
        if !self.request.track {
            self.progress.planned(&planned.plan);
            let written = self.carry_out(planned, None).await?;
            return self.wait(written).await;
        }
        if !planned.is_outdated() {
            self.create_own_namespace(&planned).await?;
        }
        let turn = Turn { target: self.target, progress: self.progress, request: self.request };
        let (lock, asked) = turn.lock(&planned, &self.journaling.deploying()).await?;
        let key = planned.key.clone();
        let written = self.carry_out_locked(planned, lock.as_ref()).await;
        if asked && matches!(written, Ok(Written::Not(_))) {
            turn.withdraw(&key, &self.journaling.deploying()).await?;
        }
        if self.target.rolls_by_itself() {
            lock.release().await;
            return self.wait(written?).await;
        }
        let outcome = match written {
            Ok(written) => self.wait(written).await,
            Err(error) => Err(error),
        };
        let settled = self.target.settle().await;
        lock.release().await;
        let outcome = outcome?;
        settled?;
        Ok(outcome)
    }

    /// Waits until what was written is live, if somebody wants to know or nothing becomes live otherwise.
    async fn wait(&self, written: Written) -> Result<Outcome, DeployError> {
        let (planned, applied, watch) = match written {
            Written::Not(planned) => return Ok(Outcome::Blocked(planned)),
            Written::All { planned, applied, watch } => (planned, applied, watch),
        };
        let ending = match (self.limit(), watch) {
            (None, _) => None,
            (Some(_), None) => Some(Ending::Live { at: applied, rollouts: Vec::new() }),
            (Some(limit), Some(watch)) => {
                self.progress.tell(Event::Watching { total: awaited(&planned).len() });
                let own = self.journaling.deploying();
                let (target, progress, journaling) = (self.target, self.progress, self.journaling);
                let before = planned.inventories.own.as_ref().map(Inventory::latest);
                let wait = Wait { target, progress, journaling, own: &own, before, limit, applied };
                Some(wait.until_live(watch).await?)
            }
        };
        Ok(Outcome::Applied { planned, ending })
    }

    /// How long to wait; `None` for not at all.
    fn limit(&self) -> Option<Duration> {
        self.request.wait.or_else(|| (!self.target.rolls_by_itself()).then_some(USUAL_WAIT))
    }

    /// Whether guards and target let the plan be carried out. The target is asked even where a guard refuses already:
    /// all that is wrong is told at once.
    async fn is_accepted(&self, planned: &mut Planned) -> Result<bool, TargetError> {
        check(self.target, planned, self.progress).await?;
        Ok(planned.plan.refusals.is_empty())
    }

    async fn carry_out_locked(&self, mut planned: Planned, lock: &dyn Lock) -> Result<Written, DeployError> {
        self.journaling.end_others().await;
        for _ in 0..REPLANS {
            let version = self.target.inventory_version(&planned.key).await?;
            if version == planned.inventories.version && !planned.is_outdated() {
                break;
            }
            planned = replan(self.target, planned, self.request).await?;
            if !self.is_accepted(&mut planned).await? && !planned.is_outdated() {
                return Ok(Written::Not(Box::new(planned)));
            }
        }
        if !planned.plan.refusals.is_empty() {
            return Ok(Written::Not(Box::new(planned)));
        }
        self.progress.planned(&planned.plan);
        if !planned.plan.has_changes() {
            return self.nothing_to_write(planned).await;
        }
        self.carry_out(planned, Some(lock)).await
    }

    /// The environment's own namespace must exist before its lock and inventory can: where the revision brings it, it
    /// comes first.
    async fn create_own_namespace(&self, planned: &Planned) -> Result<(), DeployError> {
        let is_own = |item: &&Item| {
            item.id.kind == "Namespace"
                && item.id.group.is_empty()
                && item.id.name == planned.key.namespace
                && matches!(item.action, Action::Create { .. })
        };
        if let Some(item) = planned.plan.items.iter().find(is_own) {
            self.journaling.planned(planned, self.goes_back_from(planned)).await;
            self.target.carry_out(item, &planned.catalog).await?;
        }
        Ok(())
    }

    /// The revision that is live, if the one to deploy is older.
    fn goes_back_from<'p>(&self, planned: &'p Planned) -> Option<&'p str> {
        let live = planned.inventories.own.as_ref()?.revision.as_deref()?;
        self.request.is_before.as_ref().filter(|is_before| is_before(live)).map(|_| live)
    }

    /// Deploying an older revision is possible, and never silent: the branch says something else.
    fn tell_if_older<'p>(&self, planned: &'p Planned) -> Option<&'p str> {
        let live = self.goes_back_from(planned);
        if let Some(live) = live {
            self.progress.tell(Event::GoingBack { live: live.to_owned() });
        }
        live
    }

    /// The revision changes no object. It is still the one that is live now, and what an earlier deploy began may still
    /// be on its way.
    async fn nothing_to_write(&self, planned: Planned) -> Result<Written, DeployError> {
        let before = planned.inventories.own.as_ref().and_then(|own| own.revision.as_ref());
        if self.journaling.is_resumed() || before != self.request.revision.as_ref() {
            self.journaling.planned(&planned, self.tell_if_older(&planned)).await;
        }
        record_unchanged(self.target, &planned, self.request).await?;
        self.journaling.end_former().await;
        self.journaling.applied().await;
        let is_over = !self.journaling.is_resumed() && self.seems_live(&planned);
        let watch = if is_over { None } else { self.watch(&planned).await? };
        Ok(Written::All { planned: Box::new(planned), applied: Time::now(), watch })
    }

    /// Whether all objects are live as they were observed, so that nothing need be watched.
    fn seems_live(&self, planned: &Planned) -> bool {
        let now = self.target.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let around = Surroundings::new([], &now).with_ready_conditions(&self.request.ready_conditions);
        let is_live = |(id, _): &(ObjectId, Gvk)| {
            let live = planned.observation.live.get(id).and_then(|live| live.parse_without_managed_fields().ok());
            let health = live.map(|live| health::of(&live, &around));
            health.is_some_and(|health| matches!(health.state, HealthState::Live | HealthState::Suspended))
        };
        batches::map(&awaited(planned), is_live).into_iter().all(|is_live| is_live)
    }

    /// Begins to watch, if somebody waits for something.
    async fn watch(&self, planned: &Planned) -> Result<Option<Box<dyn Watch>>, TargetError> {
        let objects = awaited(planned);
        if self.limit().is_none() || objects.is_empty() {
            return Ok(None);
        }
        let watched = WatchRequest {
            objects: &objects,
            selector: &self.request.selector,
            key: Some(&planned.key).filter(|_| self.request.track),
            catalog: &planned.catalog,
            ready_conditions: &self.request.ready_conditions,
        };
        Ok(Some(self.target.watch(&watched).await?))
    }

    async fn carry_out(&self, planned: Planned, lock: Option<&dyn Lock>) -> Result<Written, DeployError> {
        let (target, request, journaling) = (self.target, self.request, self.journaling);
        let back = self.tell_if_older(&planned);
        let (watch, ()) = futures::join!(self.watch(&planned), journaling.planned(&planned, back));
        let mut watch = watch?;
        let mut run = Run {
            target,
            planned: &planned,
            progress: self.progress,
            journaling,
            lock,
            carried: BTreeMap::new(),
            done: 0,
            pruned: 0,
            total: planned.plan.items.iter().filter(|item| item.is_change()).count(),
        };
        journaling.first_write().await;
        let mut version = planned.inventories.version.clone();
        if request.track {
            let own = planned.inventories.own.clone().unwrap_or_default();
            let mut wide = own.widened(planned.desired.objects.iter().map(|desired| &desired.id));
            wide.deploying = Some(journaling.deploying());
            version = Some(target.write_inventory(&planned.key, &wide, version.as_deref()).await?);
        }
        let result = run.apply_and_prune().await;
        let carried = std::mem::take(&mut run.carried);
        if request.track {
            let inventory = match &result {
                Ok(()) => narrowed(&planned, &carried, request),
                // Still wide: what failed is tried again, what was not pruned is not forgotten.
                Err(_) => with_uids(&planned, &carried, journaling.deploying()),
            };
            let written = target.write_inventory(&planned.key, &inventory, version.as_deref()).await;
            if result.is_ok() {
                let version = written?;
                watch.iter_mut().for_each(|watch| watch.wrote_inventory(&version));
            }
        }
        result?;
        journaling.applied().await;
        let applied = Time::now();
        if let Some(watch) = &mut watch {
            carried.iter().for_each(|(id, carried)| watch.wrote(id, carried));
        }
        Ok(Written::All { planned: Box::new(planned), applied, watch })
    }
}
