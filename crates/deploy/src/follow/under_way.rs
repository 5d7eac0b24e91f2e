//! A deploy of an environment's loop that is under way: what it is for, how it begins, and what is told of it.

use std::sync::Arc;

use landfall_core::diagnostic::Diagnostic;
use landfall_git::{Commit, Error, Mirror};
use landfall_journal::{Cause, Outcome};
use tokio::{
    runtime::Handle,
    task::{JoinError, JoinHandle},
};

use super::{
    alone::Alone,
    attempt::{Asked, Attempt, Ended, attempt, look_after},
    control::Control,
    environment::Loop,
    first::why_not_again,
    host::News,
    look,
};
use crate::config::Config;

/// A deploy under way.
pub(super) struct Running {
    pub commit: Arc<Commit>,
    pub config: Arc<Config>,
    pub doing: Doing,
    pub control: Arc<Control>,
    pub task: JoinHandle<Attempt>,
}

/// What a deploy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// The newest commit becomes live.
    Newest,
    /// The same by a process that starts: where it was live already, others may have a say since.
    First,
    /// What others changed is put right.
    Correct,
    /// The newest commit is refused: what was begun before it, for this cause, is brought to its end.
    GoOn(Cause),
    /// The newest commit is refused: what is live is looked after on. Nothing is written.
    LookAfter,
}

impl Doing {
    /// Whether it is about the newest commit.
    pub fn is_newest(self) -> bool {
        matches!(self, Self::Newest | Self::First)
    }

    fn cause(self) -> Cause {
        match self {
            Self::Newest | Self::First => Cause::Serve,
            Self::Correct | Self::LookAfter => Cause::Drift,
            Self::GoOn(cause) => cause,
        }
    }
}

impl Loop {
    /// Begins it. `failures` is how often the commit has failed: only the first try is told.
    pub(super) fn start(&self, commit: Arc<Commit>, fallback: Arc<Config>, failures: u32, doing: Doing) -> Running {
        self.start_alone(commit, fallback, failures, doing, None)
    }

    /// Begins it; `alone` are the only objects that it is about.
    pub(super) fn start_alone(
        &self,
        commit: Arc<Commit>,
        fallback: Arc<Config>,
        failures: u32,
        doing: Doing,
        alone: Option<Alone>,
    ) -> Running {
        if failures == 0 {
            let (environment, begun) = (self.name.clone(), commit.as_ref().clone());
            self.host.tell(News::Begins { environment, commit: Box::new(begun) });
        }
        let control = Arc::new(Control::default());
        let (mirror, host, journal) = (Arc::clone(&self.mirror), Arc::clone(&self.host), Arc::clone(&self.journal));
        let (name, of, by) = (self.name.clone(), Arc::clone(&commit), Arc::clone(&control));
        let (config, leads) = (Arc::clone(&fallback), !self.once);
        // On a thread of its own: reading and planning compute for a while, and must not hold up the other loops.
        let runtime = Handle::current();
        let task = tokio::task::spawn_blocking(move || match own_config(&mirror, &of, fallback) {
            Ok((config, faults)) => {
                let asked = Asked { environment: &name, commit: &of, cause: doing.cause(), leads };
                if doing == Doing::LookAfter {
                    return runtime.block_on(look_after(host.as_ref(), &config, &asked, by));
                }
                if doing == Doing::First && faults.is_empty() {
                    match runtime.block_on(why_not_again(host.as_ref(), &journal, &config, &name, &of)) {
                        Ok(None) => {}
                        Ok(Some(found)) => {
                            let looked = runtime.block_on(look_after(host.as_ref(), &config, &asked, by));
                            return if looked.ended == Ended::Done { found } else { looked };
                        }
                        Err(fault) => return fault.into(),
                    }
                }
                if let Some(alone) = alone.filter(|_| faults.is_empty())
                    && let Some(attempt) =
                        runtime.block_on(alone.correct(host.as_ref(), &journal, &config, &asked, &by))
                {
                    return attempt;
                }
                runtime.block_on(attempt(host.as_ref(), &journal, &config, faults, &asked, by))
            }
            Err(error) => Attempt { ended: Ended::PassingFault, outcome: Outcome::Failed, what: error.to_string() },
        });
        Running { commit, config, doing, control, task }
    }

    /// What comes of a deploy is only told from now on; no decision hangs on it.
    pub(super) fn give_way(&self, running: Running, former: &mut Vec<(Arc<Control>, JoinHandle<()>)>) {
        let (host, environment) = (Arc::clone(&self.host), self.name.clone());
        let Running { commit, doing, control, task, .. } = running;
        let told = tokio::spawn(async move {
            let attempt = of_task(task.await);
            aside(environment, &commit, doing, attempt).into_iter().for_each(|news| host.tell(news));
        });
        former.push((control, told));
    }

    /// Tells what came of a deploy that is not the newest commit's.
    pub(super) fn tell_aside(&self, commit: &Commit, doing: Doing, attempt: Attempt) {
        aside(self.name.clone(), commit, doing, attempt).into_iter().for_each(|news| self.host.tell(news));
    }
}

pub(super) async fn ended(current: Option<&mut Running>) -> Result<Attempt, JoinError> {
    match current {
        Some(running) => (&mut running.task).await,
        None => std::future::pending().await,
    }
}

/// Returns once one of those that gave way has ended.
pub(super) async fn any_ended(former: &mut [(Arc<Control>, JoinHandle<()>)]) {
    if former.is_empty() {
        return std::future::pending().await;
    }
    let tasks = former.iter_mut().map(|(_, task)| task);
    let _ended = futures::future::select_all(tasks).await;
}

/// Returns once the deploy has written everything; never if it has already, since that was acted on.
pub(super) async fn waits(control: Option<&Control>) {
    match control {
        Some(control) if !control.waits() => control.until_it_waits().await,
        _ => std::future::pending().await,
    }
}

pub(super) fn of_task(result: Result<Attempt, JoinError>) -> Attempt {
    result.unwrap_or_else(|error| Attempt {
        ended: Ended::PassingFault,
        outcome: Outcome::Failed,
        what: format!("The deploy broke off, which is a fault of Landfall: {error}"),
    })
}

/// The configuration of the commit itself: a change of it is a commit, too. Where it cannot be used, `last` and why.
pub(super) fn own_config(
    mirror: &Mirror,
    commit: &Commit,
    last: Arc<Config>,
) -> Result<(Arc<Config>, Vec<Diagnostic>), Error> {
    Ok(match look::config(mirror, commit)? {
        None => (last, Vec::new()),
        Some(Ok(config)) => (config, Vec::new()),
        Some(Err(faults)) => (last, faults),
    })
}

/// What is told of a deploy that decides nothing any more.
fn aside(environment: String, commit: &Commit, doing: Doing, attempt: Attempt) -> Option<News> {
    let Attempt { ended, outcome, what } = attempt;
    let boxed = Box::new(commit.clone());
    match doing {
        Doing::LookAfter if ended == Ended::Done => None,
        Doing::GoOn(_) | Doing::LookAfter => {
            let what = format!("{}: {what}", commit.id.short());
            Some(News::Tended { environment, what, is_warning: ended != Ended::Done })
        }
        Doing::Correct => Some(News::Corrected { environment, commit: boxed, ended, what }),
        Doing::Newest | Doing::First => {
            Some(News::Ended { environment, commit: boxed, ended, outcome, what, again: None })
        }
    }
}
