//! The loop of one environment.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use landfall_core::object::ObjectId;
use landfall_git::{Commit, Mirror};
use landfall_journal::{Journal, Time};
use tokio::sync::watch;

use super::{
    attempt::{Attempt, Ended},
    host::{Host, News},
    keep::{Kept, Left},
    live::Live,
    next::{Current, Next, Past, next},
    pace::Pace,
    recall::Recall,
    tend::Tending,
    under_way::{Doing, Running, any_ended, ended, of_task, waits},
};
use crate::{config::Config, pause::Pause};

/// The wait after the first failure.
const RETRY: Duration = Duration::from_secs(5);

/// What an environment is to be.
#[derive(Clone, Default)]
pub(super) struct Wanted {
    /// The commit that its branch stands at; `None` while there is none.
    pub commit: Option<Arc<Commit>>,
    /// The configuration of the default branch, for commits from before the file was there.
    pub config: Option<Arc<Config>>,
    /// What the branch says of a pause, over or not.
    pub pause: Option<Arc<Pause>>,
    /// Whether the loop is to end.
    pub ends: bool,
}

/// What the loop works with.
pub(super) struct Loop {
    pub name: String,
    pub mirror: Arc<Mirror>,
    pub host: Arc<dyn Host>,
    pub journal: Arc<Journal>,
    /// Each commit is tried once, then the loop ends.
    pub once: bool,
}

/// The deploy of the newest commit that ended last.
pub(super) struct Last {
    pub commit: Arc<Commit>,
    ended: Ended,
    /// Whether the commit was refused.
    pub refused: bool,
    what: String,
    at: Instant,
    rest: Duration,
}

impl Loop {
    /// Makes each wanted commit live. Ends when it is told to, once what is under way has ended; tells how the last one
    /// did.
    pub async fn run(self, mut wanted: watch::Receiver<Wanted>) -> Option<Ended> {
        let (mut current, mut last): (Option<Running>, Option<Last>) = (None, None);
        let mut former = Vec::new();
        let mut tending: Option<Tending> = None;
        let mut live: Option<Live> = None;
        let (mut pace, mut recall) = (Pace::new(RETRY), Recall::default());
        let (mut told, mut looked) = (None, false);
        loop {
            let now = wanted.borrow_and_update().clone();
            if now.ends {
                if let Some(running) = current.take() {
                    self.give_way(running, &mut former);
                }
                former.iter().for_each(|(control, _)| control.stop());
                if let Some(tending) = tending {
                    tending.end().await;
                }
                for (_, task) in former {
                    // It tells and records by itself what came of it.
                    let _ = task.await;
                }
                return last.map(|last| last.ended);
            }
            former.retain(|(_, task)| !task.is_finished());
            self.tell_pause(&now, &mut told).await;
            // When to correct what others have changed, or to find out what is live: nothing is done beside a deploy.
            let correct_in = live.as_ref().filter(|_| current.is_none()).and_then(Live::due_in);
            let may_recall = !self.once && current.is_none() && live.is_none() && former.is_empty();
            let recall_in = recall.due_in(last.as_ref()).filter(|_| may_recall);
            match self.next(&now, current.as_ref(), last.as_ref()) {
                Next::Start => {
                    if let (Some(commit), Some(config)) = (now.commit, now.config) {
                        let failures = self.failures(&commit, last.as_ref(), &mut pace);
                        let is_first = last.as_ref().is_none_or(|last| last.ended == Ended::PassingFault);
                        let doing = if is_first { Doing::First } else { Doing::Newest };
                        // A deploy that only waits sees the newer one on the target, and ends by itself.
                        if let Some(running) = current.take() {
                            recall.gives_way(running.doing);
                            self.give_way(running, &mut former);
                        }
                        // The deploy waits for what is under way, and tells anew what is to be tended.
                        tending = None;
                        if let Some(live) = &mut live {
                            live.rest();
                        }
                        current = Some(self.start(commit, config, failures, doing));
                    }
                }
                Next::Idle | Next::In(_) if correct_in == Some(Duration::ZERO) => {
                    if let Some(live) = &mut live {
                        self.tell_drift(live).await;
                        let (commit, config, alone) = live.correct();
                        tending = None;
                        current = Some(self.start_alone(commit, config, 1, Doing::Correct, alone));
                    }
                }
                Next::Idle | Next::In(_) if recall_in == Some(Duration::ZERO) => {
                    recall.begins(last.as_ref());
                    if let (Some(last), Some(config)) = (&last, now.config) {
                        current = self.recall(&last.commit, config).await.unwrap_or_else(|reason| {
                            recall.failed();
                            let what = format!("it cannot be found out what is live, which is tried again: {reason}");
                            self.host.tell(News::Tended { environment: self.name.clone(), what, is_warning: true });
                            None
                        });
                    }
                    if current.is_some() {
                        tending = None;
                    }
                }
                Next::Idle if self.once && current.is_none() && (last.is_some() || now.commit.is_none()) => {
                    return last.map(|last| last.ended);
                }
                Next::In(_) | Next::Paused(_) if self.once => return last.map(|last| last.ended),
                next => {
                    let due_in = correct_in.or(recall_in).unwrap_or(Duration::MAX);
                    let rest = match next {
                        Next::Paused(rest) => rest,
                        Next::In(rest) => rest.min(due_in),
                        Next::Start | Next::Idle => due_in,
                    };
                    // No deploy has told yet where the environment is.
                    if matches!(next, Next::Paused(_)) && last.is_none() && !looked {
                        looked = true;
                        if let (Some(commit), Some(config)) = (now.commit, now.config) {
                            tending = self.look_around(commit, config).await;
                        }
                    }
                    let control = current.as_ref().map(|running| Arc::clone(&running.control));
                    tokio::select! {
                        changed = wanted.changed() => if changed.is_err() { return last.map(|last| last.ended) },
                        ended = ended(current.as_mut()) => {
                            if let Some(running) = current.take() {
                                let (kept, alone) = match running.control.take_left().filter(|_| !self.once) {
                                    Some(Left::Whole(kept)) => (Some(kept), None),
                                    Some(Left::Alone(written)) => (None, Some(written)),
                                    None => (None, None),
                                };
                                tending = kept.clone().filter(|kept| !kept.target.rolls_by_itself()).map(|kept| {
                                    Tending::start(Arc::clone(&self.host), self.name.clone(), kept)
                                });
                                let attempt = of_task(ended);
                                live = match (live.take(), alone, attempt.ended) {
                                    (Some(live), Some(written), Ended::Done) => Some(self.go_on(live, &written).await),
                                    (live, ..) => self.look_after(live, &running, &attempt, kept).await,
                                };
                                if running.doing.is_newest() {
                                    last = Some(self.take_in(running.commit, attempt, last.as_ref(), &mut pace));
                                } else {
                                    recall.ended(running.doing, attempt.ended);
                                    self.tell_aside(&running.commit, running.doing, attempt);
                                }
                            }
                        }
                        () = waits(control.as_deref()) => {}
                        () = any_ended(&mut former) => {}
                        () = changed(live.as_mut()), if current.is_none() => {
                            if let Some(live) = &mut live {
                                self.tell_drift(live).await;
                            }
                        }
                        () = sleep(rest) => {}
                    }
                }
            }
        }
    }

    fn next(&self, wanted: &Wanted, current: Option<&Running>, last: Option<&Last>) -> Next {
        let wanted_pause = wanted.pause.as_deref();
        let wanted = wanted.config.as_ref().and(wanted.commit.as_ref()).map(|commit| commit.id.as_str());
        let current = current.map(|running| Current {
            revision: running.commit.id.as_str(),
            waits: running.control.waits(),
            newest: running.doing.is_newest(),
        });
        let past = last.map(|last| Past {
            revision: last.commit.id.as_str(),
            ended: last.ended,
            rest: last.rest.saturating_sub(last.at.elapsed()),
        });
        let paused = wanted_pause.and_then(|pause| pause.rest(Time::now()));
        next(wanted, paused, current, past)
    }

    /// How often this commit has failed; another one begins anew.
    fn failures(&self, commit: &Commit, last: Option<&Last>, pace: &mut Pace) -> u32 {
        if last.is_none_or(|last| last.commit.id != commit.id) {
            pace.succeeded();
        }
        pace.failures()
    }

    /// What is to be noticed after a deploy: changes of what it made live, or where it wrote nothing, of what was live before.
    async fn look_after(
        &self,
        before: Option<Live>,
        running: &Running,
        attempt: &Attempt,
        kept: Option<Arc<Kept>>,
    ) -> Option<Live> {
        let corrected = running.doing == Doing::Correct;
        let (host, name) = (Arc::clone(&self.host), self.name.clone());
        if let (Ended::Done, Some(kept)) = (attempt.ended, kept) {
            let (commit, config) = (Arc::clone(&running.commit), Arc::clone(&running.config));
            let mut live = Live::start(host, name, commit, config, Arc::clone(&kept))?;
            if let Some(before) = before.filter(|_| corrected) {
                let begun = live.succeed(before, &kept.written);
                self.tell_fights(begun).await;
            }
            return Some(live);
        }
        let mut before = before?;
        match (attempt.ended, corrected) {
            (Ended::OwnFault, true) => before.refused(),
            (_, false) if attempt.is_refused() => {}
            (Ended::PassingFault, true) => before.failed(),
            // A commit is tried again, and corrects everything then.
            (Ended::PassingFault | Ended::OwnFault, false) | (Ended::Done, _) => return None,
        }
        before.go_on(host, name);
        Some(before)
    }

    /// Single objects were corrected: changes are noticed on, without a new look at everything.
    async fn go_on(&self, mut live: Live, written: &[ObjectId]) -> Live {
        let begun = live.corrected(written);
        self.tell_fights(begun).await;
        live
    }

    fn take_in(&self, commit: Arc<Commit>, attempt: Attempt, last: Option<&Last>, pace: &mut Pace) -> Last {
        if attempt.ended == Ended::PassingFault {
            pace.failed();
        }
        let rest = pace.wait(rand::random());
        let again = (attempt.ended == Ended::PassingFault && !self.once).then_some(rest);
        // The same failure of the same commit is told once, however often it is tried.
        if last.is_none_or(|last| last.commit.id != commit.id || last.what != attempt.what) {
            self.host.tell(News::Ended {
                environment: self.name.clone(),
                commit: Box::new(commit.as_ref().clone()),
                ended: attempt.ended,
                outcome: attempt.outcome,
                what: attempt.what.clone(),
                again,
            });
        } else if let Some(again) = again {
            self.host.tell(News::FailedAgain { environment: self.name.clone(), outcome: attempt.outcome, again });
        }
        let refused = attempt.is_refused();
        Last { commit, ended: attempt.ended, refused, what: attempt.what, at: Instant::now(), rest }
    }
}

/// Returns once others have changed something, or have put it right.
async fn changed(live: Option<&mut Live>) {
    match live {
        Some(live) => live.changed().await,
        None => std::future::pending().await,
    }
}

async fn sleep(time: Duration) {
    if time == Duration::MAX { std::future::pending().await } else { tokio::time::sleep(time).await }
}
