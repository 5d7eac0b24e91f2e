//! A plan while it is carried out.

use std::collections::BTreeMap;

use futures::{StreamExt, future, stream};
use landfall_core::{
    object::ObjectId,
    order::Step,
    plan::{Action, Item},
};
use tracing::Instrument;

use crate::{
    error::{DeployError, Failure},
    journaling::Journaling,
    plan::Planned,
    progress::{Event, Progress},
    target::{Carried, Lock, Target},
};

/// Requests that are under way at once. The target slows down by itself where its API asks for it.
pub(crate) const AT_ONCE: usize = 64;

/// A plan that is being carried out.
pub(crate) struct Run<'a> {
    pub target: &'a dyn Target,
    pub planned: &'a Planned,
    pub progress: &'a dyn Progress,
    pub journaling: &'a Journaling<'a>,
    pub lock: Option<&'a dyn Lock>,
    /// What came of the objects that were written.
    pub carried: BTreeMap<ObjectId, Carried>,
    pub done: usize,
    /// How many of those done are deletions.
    pub pruned: usize,
    pub total: usize,
}

impl Run<'_> {
    /// Applies step by step, then prunes. Ends at the first step that fails.
    #[tracing::instrument(name = "apply and prune", skip_all, fields(changes = self.total))]
    pub async fn apply_and_prune(&mut self) -> Result<(), DeployError> {
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

    /// Carries out items at the same time. A loss of the lock ends it at once, since somebody else may write now; when
    /// the user wants to stop, what is under way is brought to its end; failures are told at the end.
    async fn carry_out(&mut self, items: &[&Item]) -> Result<(), DeployError> {
        let (target, planned) = (self.target, self.planned);
        let progress = self.progress;
        let mut results = stream::iter(items)
            .take_while(|_| future::ready(!progress.stop_requested()))
            .map(|item| {
                let written = async move { (*item, target.carry_out(item, &planned.catalog).await) };
                written.instrument(tracing::info_span!("write", object = %item.id))
            })
            .buffer_unordered(AT_ONCE);
        let mut failed = Vec::new();
        while let Some((item, result)) = results.next().await {
            match result {
                Ok(carried) => {
                    self.done += 1;
                    self.pruned += usize::from(matches!(item.action, Action::Prune));
                    for message in &carried.warnings {
                        self.progress.tell(Event::Warning { id: item.id.clone(), message: message.clone() });
                    }
                    self.carried.insert(item.id.clone(), carried);
                    self.journaling.done(&item.id).await;
                    self.progress.tell(Event::Done { id: item.id.clone() });
                }
                Err(error) => failed.push(Failure {
                    id: item.id.clone(),
                    place: item.place.as_ref().map(ToString::to_string),
                    error,
                }),
            }
            if self.lock.is_some_and(|lock| !lock.is_held()) {
                return Err(DeployError::LockLost { done: self.done, total: self.total });
            }
        }
        self.journaling.flush().await;
        if failed.is_empty() {
            let stopped = self.progress.stop_requested() && self.done < self.total;
            let (done, pruned, total) = (self.done, self.pruned, self.total);
            return if stopped { Err(DeployError::Stopped { done, pruned, total }) } else { Ok(()) };
        }
        let reasons: Vec<_> = failed.iter().map(|failure| (failure.id.clone(), failure.error.to_string())).collect();
        self.journaling.failed(&reasons).await;
        failed.sort_by(|a, b| (&a.place, &a.id).cmp(&(&b.place, &b.id)));
        Err(DeployError::Partial { failed, done: self.done, pruned: self.pruned, total: self.total })
    }

    async fn wait_for_definitions(&self, items: &[&Item]) -> Result<(), DeployError> {
        for item in items.iter().filter(|item| item.id.is_definition()) {
            self.target.definition_served(&item.id).await?;
        }
        Ok(())
    }
}
