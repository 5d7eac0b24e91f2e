//! Waits until a revision is live.

use std::{collections::BTreeMap, time::Duration};

use landfall_core::{
    health::{HealthState, is_judged},
    inventory::{Deploying, Latest},
    object::{Gvk, ObjectId},
    rollout::{Rollout, Verdict, not_live, verdict},
};
use landfall_journal::Time;
use tokio::time::Instant;

use crate::{
    journaling::Journaling,
    plan::Planned,
    progress::{Event, Progress},
    target::{Sight, Target, TargetError, Watch},
};

/// How long to wait for the images that run once everything is live: the nodes tell them beside what makes it live.
const IMAGES: Duration = Duration::from_secs(2);

/// How long a deploy waits if nobody says otherwise: the time that Kubernetes gives a Deployment to make progress.
pub const USUAL_WAIT: Duration = Duration::from_secs(600);

/// How often it is asked whether the user wants to stop.
const ATTENTION: Duration = Duration::from_millis(200);

/// How the waiting ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// Everything went as far as its manifest lets it.
    Live {
        /// When the last object did, as the target reports it.
        at: Time,
        /// How far each is: those that are paused or held back say so.
        rollouts: Vec<Rollout>,
    },
    /// Something will not become live without help.
    Hopeless(Vec<Rollout>),
    /// It was not live in time.
    TimedOut(Vec<Rollout>),
    /// Somebody deployed another revision.
    Superseded(Latest),
    /// The user did not want to wait any longer.
    Stopped(Vec<Rollout>),
}

/// A deploy that waits.
pub(crate) struct Wait<'a> {
    pub target: &'a dyn Target,
    pub progress: &'a dyn Progress,
    pub journaling: &'a Journaling<'a>,
    pub own: &'a Deploying,
    /// Who had deployed last before this deploy: a watch may still show it for a moment.
    pub before: Option<Latest>,
    pub limit: Duration,
    /// When everything was written.
    pub applied: Time,
}

/// The objects of a revision that become live some time after they were written.
pub(crate) fn awaited(planned: &Planned) -> Vec<(ObjectId, Gvk)> {
    let judged = planned.desired.objects.iter().filter(|desired| is_judged(&desired.gvk));
    judged.map(|desired| (desired.id.clone(), desired.gvk.clone())).collect()
}

/// What keeps a revision from being live: what is hopeless, or else everything that is not live yet.
pub fn reason(rollouts: &[Rollout]) -> String {
    let sentences = not_live(rollouts).into_iter().map(|rollout| format!("{}: {}", rollout.id, rollout.sentence));
    sentences.collect::<Vec<_>>().join("; ")
}

impl Wait<'_> {
    /// Waits until all is live, or something ends the wait.
    ///
    /// # Errors
    /// The target cannot be watched.
    #[tracing::instrument(name = "wait until live", skip_all)]
    pub async fn until_live(&self, mut watch: Box<dyn Watch>) -> Result<Ending, TargetError> {
        let deadline = Instant::now() + self.limit;
        let mut seen = Seen::default();
        let mut live_from = None;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let sight = watch.next(left.min(ATTENTION)).await?;
            for warning in sight.warnings.iter().cloned() {
                self.progress.tell(Event::Blind { message: warning });
            }
            if let Some(latest) =
                sight.latest.as_ref().filter(|latest| is_other(latest, self.own, self.before.as_ref()))
            {
                return Ok(Ending::Superseded(latest.clone()));
            }
            self.take_in(&mut seen, &sight).await;
            self.progress.tell(Event::StillWaiting);
            let rollouts = sight.rollouts;
            match verdict(&rollouts) {
                Verdict::Live => {
                    let waited = live_from.get_or_insert_with(Instant::now).elapsed();
                    if rollouts.iter().all(knows_images) || waited >= IMAGES || self.progress.stop_requested() {
                        return Ok(Ending::Live { at: seen.live_at(self.applied), rollouts });
                    }
                }
                Verdict::Hopeless => return Ok(Ending::Hopeless(rollouts)),
                Verdict::Waiting if self.progress.stop_requested() => return Ok(Ending::Stopped(rollouts)),
                Verdict::Waiting if Instant::now() >= deadline => return Ok(Ending::TimedOut(rollouts)),
                Verdict::Waiting => {}
            }
        }
    }

    /// Tells and records what has changed.
    async fn take_in(&self, seen: &mut Seen, sight: &Sight) {
        let now = Time::from(self.target.now());
        let changed: Vec<&Rollout> = sight.rollouts.iter().filter(|rollout| seen.is_news(rollout)).collect();
        if changed.is_empty() {
            return;
        }
        for rollout in &changed {
            seen.note(rollout, now, self.applied);
            self.progress.tell(Event::Rollout(Box::new((*rollout).clone())));
        }
        self.journaling.rollouts(&changed, &seen.live).await;
    }
}

/// Whether another deploy writes, or has written, another revision. What was there before this one is no other.
fn is_other(latest: &Latest, own: &Deploying, before: Option<&Latest>) -> bool {
    if before == Some(latest) {
        return false;
    }
    let is_own = |revision: &Option<String>| revision.is_some() && *revision == own.revision;
    match &latest.deploying {
        Some(deploying) => deploying.id != own.id && !is_own(&deploying.revision),
        // Files outside Git have no revision: then only a deploy that is writing can be told from our own.
        None => own.revision.is_some() && !is_own(&latest.revision),
    }
}

/// Whether it is known which images run, where pods run.
fn knows_images(rollout: &Rollout) -> bool {
    let has_pods = rollout.progress.is_some_and(|progress| progress.ready > 0);
    !has_pods || rollout.wanted.keys().all(|container| rollout.images.contains_key(container))
}

/// What has been seen so far.
#[derive(Default)]
struct Seen {
    last: BTreeMap<ObjectId, Rollout>,
    live: BTreeMap<ObjectId, Time>,
}

impl Seen {
    fn is_news(&self, rollout: &Rollout) -> bool {
        self.last.get(&rollout.id) != Some(rollout)
    }

    fn note(&mut self, rollout: &Rollout, now: Time, applied: Time) {
        let was_waiting = self.last.get(&rollout.id).is_some_and(|last| last.state.is_waiting());
        self.last.insert(rollout.id.clone(), rollout.clone());
        if rollout.state.is_waiting() || rollout.state == HealthState::Hopeless {
            self.live.remove(&rollout.id);
        } else if !self.live.contains_key(&rollout.id) {
            let since = rollout.live_since.as_deref().and_then(|since| since.parse().ok());
            // Whoever saw it happen knows it to the millisecond; else the target remembers the second.
            let at = if was_waiting { now } else { since.unwrap_or(applied) };
            self.live.insert(rollout.id.clone(), at);
        }
    }

    /// A revision is live when the last of its objects is, and not before it was written.
    fn live_at(&self, applied: Time) -> Time {
        self.live.values().copied().fold(applied, Time::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rollout(state: HealthState, since: Option<&str>) -> Rollout {
        Rollout {
            id: ObjectId { group: "apps".into(), kind: "Deployment".into(), namespace: None, name: "web".into() },
            state,
            sentence: String::new(),
            progress: None,
            wanted: BTreeMap::new(),
            images: BTreeMap::new(),
            live_since: since.map(Into::into),
        }
    }

    #[test]
    fn live_is_when_it_was_seen_or_else_what_the_target_remembers() {
        let time = |millis| Time::from_millis(millis);
        let mut seen = Seen::default();
        seen.note(&rollout(HealthState::Progressing, None), time(2500), time(1000));
        seen.note(&rollout(HealthState::Live, Some("1970-01-01T00:00:03Z")), time(3456), time(1000));
        assert_eq!(seen.live_at(time(1000)), time(3456), "seen");
        let mut late = Seen::default();
        late.note(&rollout(HealthState::Live, Some("1970-01-01T00:00:03Z")), time(9000), time(1000));
        assert_eq!(late.live_at(time(1000)), time(3000), "remembered");
        assert_eq!(late.live_at(time(5000)), time(5000), "live before, and not touched by this deploy");
        let mut silent = Seen::default();
        silent.note(&rollout(HealthState::Live, None), time(9000), time(1000));
        assert_eq!(silent.live_at(time(1000)), time(1000), "live as soon as it was written");
    }

    #[test]
    fn a_watch_that_lags_behind_shows_no_other_deploy() {
        let deploying = |id: &str, revision: &str| Deploying {
            id: id.into(),
            revision: Some(revision.into()),
            ..Deploying::default()
        };
        let latest = |revision: &str, time: &str, deploying: Option<Deploying>| Latest {
            revision: Some(revision.into()),
            time: Some(time.into()),
            deploying,
        };
        let own = deploying("1", "new");
        let before = latest("old", "14:00", Some(deploying("0", "killed")));
        for (seen, expected) in [
            (before.clone(), false),
            (latest("old", "14:00", Some(own.clone())), false),
            (latest("new", "14:32", None), false),
            (latest("new", "14:32", Some(deploying("2", "newer"))), true),
            (latest("old", "14:33", None), true),
        ] {
            assert_eq!(is_other(&seen, &own, Some(&before)), expected, "{seen:?}");
        }
    }
}
