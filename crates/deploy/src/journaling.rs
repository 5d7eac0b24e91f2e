//! What a deploy tells the journal.
//!
//! A deploy that is not part of an environment (an `apply` that neither selects nor prunes) is not recorded, and says
//! nothing here. A journal that fails in the middle does not stop what has begun: the first fault is kept, and told at
//! the end.

use std::{collections::BTreeMap, sync::Mutex, sync::PoisonError, time::Duration};

use landfall_core::{health::HealthState, inventory::Deploying, object::ObjectId, rollout::Rollout};
use landfall_journal::{
    Begun, Cause, Deploy, DeployId, Journal, NewDeploy, NewObservation, NewPlan, NewRollout, Outcome, Place, RanDigest,
    Time,
};
use tokio::time::Instant;

use crate::{environment::Request, plan::Planned, target::Target, to_journal};

/// Objects that are done are recorded together: as often as somebody may look, and not once for each of thousands.
const OFTEN: Duration = Duration::from_millis(200);

const CUT_OFF: &str = "its process ended before everything was written; a newer deploy went on";

/// The record of one deploy while it runs.
pub struct Journaling<'a> {
    begun: Option<(&'a Journal, Begun)>,
    place: Place,
    holder: String,
    revision: Option<String>,
    repository: Option<String>,
    /// Whether no other process deploys commits of the repository on its own.
    leads: bool,
    now: String,
    pending: Mutex<Pending>,
}

struct Pending {
    done: Vec<(ObjectId, Time)>,
    flushed: Instant,
    fault: Option<landfall_journal::Error>,
}

impl<'a> Journaling<'a> {
    /// Begins the record, or goes on with that of a process that was killed.
    ///
    /// # Errors
    /// The journal cannot be written. Nothing was written to the target.
    pub async fn begin(
        journal: Option<&'a Journal>,
        target: &dyn Target,
        request: &Request,
        place: Place,
    ) -> Result<Self, landfall_journal::Error> {
        let commit = request.commit.as_ref();
        let begun = match journal.filter(|_| request.track) {
            None => None,
            Some(journal) => {
                let deploy = NewDeploy {
                    place: place.clone(),
                    environment: request.environment.clone(),
                    target: target.describe(),
                    cause: request.cause,
                    asked_by: Some(request.asked_by.clone()),
                    repository: request.repository.clone(),
                    revision: request.revision.clone(),
                    author: commit.map(|commit| commit.author.clone()),
                    subject: commit.map(|commit| commit.subject.clone()),
                    message: None,
                    committed: commit.map(|commit| commit.committed),
                    detected: request.detected,
                };
                Some((journal, journal.begin(&deploy).await?))
            }
        };
        let journaling = Self {
            begun,
            place,
            holder: request.holder.clone(),
            revision: request.revision.clone(),
            repository: request.repository.clone(),
            leads: request.leads,
            now: request.now.clone(),
            pending: Mutex::new(Pending { done: Vec::new(), flushed: Instant::now(), fault: None }),
        };
        journaling.end_dead().await;
        Ok(journaling)
    }

    /// The entry, if there is one.
    pub fn id(&self) -> Option<&DeployId> {
        self.begun.as_ref().map(|(_, begun)| &begun.id)
    }

    /// Whether a deploy goes on whose process was killed.
    pub fn is_resumed(&self) -> bool {
        self.begun.as_ref().is_some_and(|(_, begun)| begun.resumed)
    }

    /// What the environment's inventory says of this deploy while it writes.
    pub fn deploying(&self) -> Deploying {
        // Without a journal the lock's holder, which names the process, tells it from all others.
        let id = self.id().map_or_else(|| self.holder.clone(), ToString::to_string);
        Deploying { id, revision: self.revision.clone(), since: self.now.clone(), by: self.holder.clone() }
    }

    /// The plan, before the first write.
    pub async fn planned(&self, planned: &Planned, goes_back_from: Option<&str>) {
        let Some((journal, begun)) = &self.begun else { return };
        let plan = NewPlan {
            is_older: goes_back_from.is_some(),
            previous_revision: planned.inventories.own.as_ref().and_then(|own| own.revision.clone()),
            changes: to_journal::changes(&planned.plan),
            images: to_journal::images(planned),
        };
        self.keep(journal.planned(&begun.id, &plan, Time::now()).await);
        let observations: Vec<NewObservation> = to_journal::observations(planned);
        if !observations.is_empty() {
            self.keep(journal.observe(&self.place, &observations).await.map(drop));
        }
    }

    /// The lock is held: whoever of this environment was writing is dead, and whoever waits for an older revision to
    /// become live waits in vain.
    pub async fn end_others(&self) {
        self.end_older(|other| {
            if other.applied.is_some() {
                Some((Outcome::Superseded, "a newer deploy began to write before it was live"))
            } else {
                // One that has written nothing may be waiting for the lock.
                other.first_write.map(|_| (Outcome::Interrupted, CUT_OFF))
            }
        })
        .await;
    }

    /// Everything is as the revision has it, and nothing was written for that: whoever waits for an older revision to become
    /// live waits in vain. Without the lock only the leader knows who is dead.
    pub async fn end_former(&self) {
        self.end_older(|other| {
            if other.applied.is_some() {
                Some((Outcome::Superseded, "a newer revision took its place before it was live"))
            } else {
                self.is_own(other).then_some((Outcome::Interrupted, CUT_OFF))
            }
        })
        .await;
    }

    /// What another process began, which led before this one, and had written nothing when it ended.
    async fn end_dead(&self) {
        // Nothing is this process's to end then, and need not be asked for.
        if !self.leads {
            return;
        }
        let wrote = |other: &Deploy| other.first_write.is_some() || other.applied.is_some();
        self.end_older(|other| {
            let is_dead = self.is_own(other) && !wrote(other);
            is_dead
                .then_some((Outcome::Interrupted, "its process ended before anything was written; a newer commit came"))
        })
        .await;
    }

    /// Whether only a leader of the repository can have begun it, and this process leads now.
    fn is_own(&self, other: &Deploy) -> bool {
        self.leads && matches!(other.cause, Cause::Serve | Cause::Drift) && other.repository == self.repository
    }

    async fn end_older(&self, how: impl Fn(&Deploy) -> Option<(Outcome, &'static str)>) {
        let Some((journal, begun)) = &self.begun else { return };
        let unfinished = match journal.unfinished(&self.place).await {
            Ok(unfinished) => unfinished,
            Err(error) => return self.keep(Err(error)),
        };
        for other in unfinished.iter().filter(|other| other.id < begun.id) {
            let Some((outcome, reason)) = how(other) else { continue };
            let ended = journal.end_other(&other.id, &begun.id, outcome, reason, Time::now()).await;
            self.keep(ended.map(drop));
        }
    }

    /// The first write comes now.
    pub async fn first_write(&self) {
        if let Some((journal, begun)) = &self.begun {
            self.keep(journal.first_write(&begun.id, Time::now()).await);
        }
    }

    /// An object is written.
    pub async fn done(&self, id: &ObjectId) {
        if self.begun.is_none() {
            return;
        }
        let is_due = self.with(|pending| {
            pending.done.push((id.clone(), Time::now()));
            pending.flushed.elapsed() >= OFTEN
        });
        if is_due {
            self.flush().await;
        }
    }

    /// Records what is done and not recorded yet.
    pub async fn flush(&self) {
        let Some((journal, begun)) = &self.begun else { return };
        let done = self.with(|pending| {
            pending.flushed = Instant::now();
            std::mem::take(&mut pending.done)
        });
        if !done.is_empty() {
            self.keep(journal.done(&begun.id, &done).await);
        }
    }

    /// Objects could not be written.
    pub async fn failed(&self, failed: &[(ObjectId, String)]) {
        self.flush().await;
        if let Some((journal, begun)) = &self.begun
            && !failed.is_empty()
        {
            self.keep(journal.failed(&begun.id, failed).await);
        }
    }

    /// Everything is written.
    pub async fn applied(&self) {
        self.flush().await;
        if let Some((journal, begun)) = &self.begun {
            self.keep(journal.applied(&begun.id, Time::now()).await);
        }
    }

    /// How far objects are that have changed since they were last recorded; `live` tells since when those are live that
    /// are.
    pub async fn rollouts(&self, rollouts: &[&Rollout], live: &BTreeMap<ObjectId, Time>) {
        let Some((journal, begun)) = &self.begun else { return };
        let at = Time::now();
        let new = |rollout: &&Rollout| NewRollout {
            workload: rollout.id.clone(),
            state: rollout.state,
            ready: rollout.progress.map(|progress| progress.ready),
            total: rollout.progress.map(|progress| progress.total),
            sentence: rollout.sentence.clone(),
            at,
            live: live.get(&rollout.id).copied().filter(|_| rollout.state == HealthState::Live),
        };
        let news: Vec<NewRollout> = rollouts.iter().map(new).collect();
        self.keep(journal.rollout(&begun.id, &news).await);
        let digests: Vec<RanDigest> = rollouts.iter().flat_map(|rollout| to_journal::digests(rollout)).collect();
        if !digests.is_empty() {
            self.keep(journal.digests(&begun.id, &digests).await);
        }
    }

    /// It has ended.
    ///
    /// # Errors
    /// The first fault of the journal since the deploy began.
    pub async fn finish(
        &self,
        outcome: Outcome,
        reason: Option<&str>,
        at: Time,
    ) -> Result<(), landfall_journal::Error> {
        self.flush().await;
        if let Some((journal, begun)) = &self.begun {
            self.keep(journal.finish(&begun.id, outcome, reason, at).await.map(drop));
        }
        self.with(|pending| pending.fault.take()).map_or(Ok(()), Err)
    }

    fn keep(&self, result: Result<(), landfall_journal::Error>) {
        if let Err(error) = result {
            tracing::warn!(%error, "the journal cannot be written");
            self.with(|pending| pending.fault.get_or_insert(error).to_string());
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Pending) -> T) -> T {
        change(&mut self.pending.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
