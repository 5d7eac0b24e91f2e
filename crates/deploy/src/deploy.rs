//! One deploy: plans, checks, carries out in the order that loses nothing if it is killed in between, and waits until the
//! target says that it is live.

use std::fmt::Write as _;

use landfall_core::{diagnostic::Diagnostic, inventory::Latest, manifest::Manifest, plan::Refusal};
use landfall_journal::{Journal, Outcome as Recorded, Time, short_id};

use crate::{
    environment::Request,
    error::DeployError,
    journaling::Journaling,
    plan::{PlanError, Planned, plan},
    progress::Progress,
    running::Running,
    target::Target,
    wait::{Ending, reason},
};

/// What came of a deploy.
pub enum Outcome {
    /// All is written, or nothing was to write.
    Applied {
        /// What was done.
        planned: Box<Planned>,
        /// What came of it; `None` if nobody waited.
        ending: Option<Ending>,
    },
    /// The plan must not be carried out; nothing was written.
    Blocked(Box<Planned>),
}

/// What a deploy works with.
#[derive(Clone, Copy)]
pub struct Deployer<'a> {
    /// Where to.
    pub target: &'a dyn Target,
    /// Where it is recorded.
    pub journal: Option<&'a Journal>,
    /// Who is told.
    pub progress: &'a dyn Progress,
}

impl Deployer<'_> {
    /// Makes manifests live on a target.
    ///
    /// The order: observe, plan, guards, check, own namespace, lock, widen the inventory, apply step by step, prune only
    /// if every apply succeeded, narrow the inventory, give the lock back, wait until all is live. Each step is in the
    /// journal before it begins or right after it has ended. Without changes nothing is written, but the revision if it
    /// is a new one.
    ///
    /// # Errors
    /// See [`DeployError`]; a plan that must not be carried out is no error but [`Outcome::Blocked`], and what is not
    /// live in time is told by the [`Ending`].
    #[tracing::instrument(
        name = "deploy",
        skip_all,
        fields(environment = request.environment, revision = request.revision, cause = %request.cause, outcome)
    )]
    pub async fn deploy(&self, manifests: Vec<Manifest>, request: &Request) -> Result<Outcome, DeployError> {
        let Self { target, progress, journal } = *self;
        let begin = Journaling::begin(journal, target, request, request.key(target).place(target));
        let (journaling, planned) = futures::join!(begin, plan(target, manifests, request, progress));
        let journaling = journaling.map_err(|error| DeployError::Journal { error, nothing_written: true })?;
        let running = Running { target, progress, request, journaling: &journaling };
        let result = match planned {
            Ok(planned) => running.deploy(planned).await,
            Err(error) => Err(error.into()),
        };
        end(&journaling, result).await
    }

    /// Records that a revision is not deployed, since its manifests have faults.
    ///
    /// # Errors
    /// Always: the faults, or why they could not be recorded.
    pub async fn refuse(&self, faults: Vec<Diagnostic>, request: &Request) -> Result<Outcome, DeployError> {
        let Self { target, journal, .. } = *self;
        let begin = Journaling::begin(journal, target, request, request.key(target).place(target)).await;
        let journaling = begin.map_err(|error| DeployError::Journal { error, nothing_written: true })?;
        end(&journaling, Err(PlanError::Faults(faults).into())).await
    }
}

/// Records how a deploy ended.
async fn end(journaling: &Journaling<'_>, result: Result<Outcome, DeployError>) -> Result<Outcome, DeployError> {
    let (outcome, reason, at) = recorded(&result);
    tracing::Span::current().record("outcome", outcome.as_str());
    match journaling.finish(outcome, reason.as_deref(), at).await {
        Err(error) if result.is_ok() => Err(DeployError::Journal { error, nothing_written: false }),
        _ => result,
    }
}

/// How a deploy ended, in the journal's words.
fn recorded(result: &Result<Outcome, DeployError>) -> (Recorded, Option<String>, Time) {
    let now = Time::now();
    match result {
        Ok(Outcome::Blocked(planned)) => (Recorded::Blocked, Some(refusals(&planned.plan.refusals)), now),
        Ok(Outcome::Applied { ending: None, .. }) => (Recorded::Applied, None, now),
        Ok(Outcome::Applied { ending: Some(ending), .. }) => match ending {
            Ending::Live { at, .. } => (Recorded::Live, None, *at),
            Ending::Hopeless(rollouts) => (Recorded::Hopeless, Some(reason(rollouts)), now),
            Ending::TimedOut(rollouts) => (Recorded::NotLive, Some(reason(rollouts)), now),
            Ending::Stopped(rollouts) => (Recorded::Stopped, Some(reason(rollouts)), now),
            Ending::Superseded(latest) => (Recorded::Superseded, Some(superseded_by(latest)), now),
        },
        Err(error @ DeployError::Stopped { .. }) => (Recorded::Stopped, Some(error.to_string()), now),
        Err(error) => (Recorded::Failed, Some(in_words(error)), now),
    }
}

/// Why a plan must not be carried out, in one text: each refusal with its place. Its details, which may hold values of
/// fields, are not for the journal.
fn refusals(refusals: &[Refusal]) -> String {
    refusals.iter().map(placed).collect::<Vec<_>>().join("; ")
}

/// The same with the details, for whoever may see the manifests.
pub(crate) fn refusals_with_details(refusals: &[Refusal]) -> String {
    let words = |refusal: &Refusal| {
        let details =
            if refusal.details.is_empty() { String::new() } else { format!(" ({})", refusal.details.join("; ")) };
        placed(refusal) + &details
    };
    refusals.iter().map(words).collect::<Vec<_>>().join("; ")
}

fn placed(refusal: &Refusal) -> String {
    match &refusal.place {
        Some(place) => format!("{place}: {}", refusal.message),
        None => refusal.message.clone(),
    }
}

/// An error in one text: faults of manifests with their places.
pub(crate) fn in_words(error: &DeployError) -> String {
    const TOLD: usize = 5;
    let DeployError::Plan(PlanError::Faults(faults)) = error else { return error.to_string() };
    let mut text = faults.iter().take(TOLD).map(ToString::to_string).collect::<Vec<_>>().join("; ");
    if let Some(more) = faults.len().checked_sub(TOLD).filter(|more| *more > 0) {
        let _ = write!(text, "; and {more} more");
    }
    text
}

/// Who took the place of a deploy that waited: `4f9d1c2 by alice@laptop`.
pub fn superseded_by(latest: &Latest) -> String {
    let short = |revision: &Option<String>| revision.as_deref().map_or("other manifests", short_id).to_owned();
    match &latest.deploying {
        Some(deploying) => format!("{} is being deployed by {}", short(&deploying.revision), deploying.by),
        None => format!("{} was deployed", short(&latest.revision)),
    }
}
