//! One try to deploy one commit.

use std::{collections::BTreeMap, sync::Arc};

use landfall_core::{
    desired::Desired, diagnostic::Diagnostic, drift, object::ObjectId, plan::RefusedBy, rollout::Rollout,
};
use landfall_git::Commit;
use landfall_journal::{Cause, Journal, Outcome as Recorded};

use super::{
    control::{Control, Told},
    host::{Fault, Host, Prepared},
    keep::{Kept, Left},
};
use crate::{
    check::check,
    config::{Config, DriftMode},
    deploy::{Deployer, Outcome, in_words, refusals_with_details, superseded_by},
    environment::Request,
    error::DeployError,
    plan::{PlanError, Planned, plan},
    progress::Silent,
    target::{DriftRequest, TargetError},
    wait::{self, Ending},
};

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It is live, or another revision took its place.
    Done,
    /// It failed, and so will the next try: the commit itself is at fault.
    OwnFault,
    /// It failed by a cause that may pass.
    PassingFault,
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// How it ended.
    pub ended: Ended,
    /// The same as the journal calls it.
    pub outcome: Recorded,
    /// What became of it, as a sentence.
    pub what: String,
}

impl Attempt {
    /// Whether guards, the target's check or the reader of the manifests refused the commit.
    pub fn is_refused(&self) -> bool {
        self.ended == Ended::OwnFault || self.outcome == Recorded::Blocked
    }
}

impl From<Fault> for Attempt {
    fn from(fault: Fault) -> Self {
        let ended = if fault.is_passing { Ended::PassingFault } else { Ended::OwnFault };
        Self { ended, outcome: Recorded::Failed, what: fault.message }
    }
}

/// What is to be deployed where.
pub struct Asked<'a> {
    /// The environment.
    pub environment: &'a str,
    /// The commit.
    pub commit: &'a Commit,
    /// Why.
    pub cause: Cause,
    /// Whether no other process makes commits of the repository live on its own.
    pub leads: bool,
}

/// Deploys a commit and waits until it is live, or until it is clear that it will not be. Where its configuration cannot
/// be used, that is recorded where `config`, the last good one, says.
pub async fn attempt(
    host: &dyn Host,
    journal: &Journal,
    config: &Config,
    faults: Vec<Diagnostic>,
    asked: &Asked<'_>,
    control: Arc<Control>,
) -> Attempt {
    let Asked { environment, commit, cause, leads } = *asked;
    let Prepared { target, mut request, manifests } = match host.prepare(config, environment, commit, None).await {
        Ok(prepared) => prepared,
        Err(fault) => return fault.into(),
    };
    (request.cause, request.leads) = (cause, leads);
    let progress = Told { control: Arc::clone(&control), host: host.progress(environment, commit) };
    let deployer = Deployer { target: target.as_ref(), journal: Some(journal), progress: &progress };
    let result = match manifests {
        _ if !faults.is_empty() => deployer.refuse(faults, &request).await,
        Ok(manifests) => deployer.deploy(manifests, &request).await,
        Err(faults) => deployer.refuse(faults, &request).await,
    };
    let key = request.key(target.as_ref());
    let mode = mode(config, environment);
    // Only where all is as the commit has it.
    let planned = match &result {
        Ok(Outcome::Applied { planned, ending: None | Some(Ending::Live { .. }) }) => Some(planned.as_ref()),
        _ => None,
    };
    let drift = planned.and_then(|planned| in_what(planned, &request, mode));
    let files = planned.map(files).unwrap_or_default();
    control.leave(Left::Whole(Arc::new(Kept {
        target,
        key,
        holder: request.holder,
        mode,
        drift,
        files,
        written: written(&result),
    })));
    of_result(&result)
}

/// Finds out in what changes by others are to be noticed where a commit is live already. Writes nothing and records nothing.
pub async fn look_after(host: &dyn Host, config: &Config, asked: &Asked<'_>, control: Arc<Control>) -> Attempt {
    let Prepared { target, request, manifests } =
        match host.prepare(config, asked.environment, asked.commit, None).await {
            Ok(prepared) => prepared,
            Err(fault) => return fault.into(),
        };
    let planned = async {
        let mut planned = plan(target.as_ref(), manifests.map_err(PlanError::Faults)?, &request, &Silent).await?;
        check(target.as_ref(), &mut planned, &Silent).await?;
        Ok::<_, DeployError>(planned)
    };
    let planned = match planned.await {
        Ok(planned) => planned,
        Err(error) => return of_result(&Err(error)),
    };
    let mode = mode(config, asked.environment);
    let drift = in_what(&planned, &request, mode);
    let (files, key, holder) = (files(&planned), planned.key, request.holder);
    control.leave(Left::Whole(Arc::new(Kept { target, key, holder, mode, drift, files, written: Vec::new() })));
    Attempt { ended: Ended::Done, outcome: Recorded::Live, what: "Live".to_owned() }
}

/// The objects that a deploy wrote.
pub(super) fn written(result: &Result<Outcome, DeployError>) -> Vec<ObjectId> {
    let Ok(Outcome::Applied { planned, .. }) = result else { return Vec::new() };
    planned.plan.items.iter().filter(|item| item.is_change()).map(|item| item.id.clone()).collect()
}

/// Where each object stands.
fn files(planned: &Planned) -> BTreeMap<ObjectId, Arc<str>> {
    let mut last: Arc<str> = Arc::default();
    let file = |desired: &Desired| {
        // Objects come in the order of their files.
        if *last != *desired.origin.source.path {
            last = Arc::from(desired.origin.source.path.as_str());
        }
        (desired.id.clone(), Arc::clone(&last))
    };
    planned.desired.objects.iter().map(file).collect()
}

pub(super) fn mode(config: &Config, environment: &str) -> DriftMode {
    config.environments.get(environment).map(|environment| environment.drift).unwrap_or_default()
}

/// In what changes by others are to be noticed.
fn in_what(planned: &Planned, request: &Request, mode: DriftMode) -> Option<DriftRequest> {
    let settled = planned.plan.items.iter().filter(|item| item.settled).map(|item| &item.id).collect();
    (mode != DriftMode::Ignore).then(|| DriftRequest {
        key: planned.key.clone(),
        selector: request.selector.clone(),
        catalog: Arc::new(planned.catalog.clone()),
        applied: Arc::new(drift::applied(&planned.desired, &settled)),
    })
}

pub(super) fn of_result(result: &Result<Outcome, DeployError>) -> Attempt {
    let (ended, outcome, what) = match result {
        Ok(Outcome::Blocked(planned)) => {
            let refusals = &planned.plan.refusals;
            // What the target refuses it may accept later: a namespace comes into being, an admission webhook recovers.
            let is_own = refusals.iter().any(|refusal| refusal.by == RefusedBy::Guard);
            let ended = if is_own { Ended::OwnFault } else { Ended::PassingFault };
            (ended, Recorded::Blocked, refusals_with_details(refusals))
        }
        Ok(Outcome::Applied { ending: None, .. }) => {
            (Ended::Done, Recorded::Applied, "Everything is written".to_owned())
        }
        Ok(Outcome::Applied { ending: Some(ending), planned }) => match ending {
            Ending::Live { .. } => (Ended::Done, Recorded::Live, format!("Live: {}", planned.plan.totals().done())),
            Ending::Superseded(latest) => {
                (Ended::Done, Recorded::Superseded, format!("Not waited for: {}", superseded_by(latest)))
            }
            Ending::Hopeless(rollouts) => (Ended::PassingFault, Recorded::Hopeless, not_live(rollouts)),
            Ending::TimedOut(rollouts) => (Ended::PassingFault, Recorded::NotLive, not_live(rollouts)),
            Ending::Stopped(rollouts) => (Ended::PassingFault, Recorded::Stopped, not_live(rollouts)),
        },
        Err(error) => (of_error(error), recorded(error), in_words(error)),
    };
    Attempt { ended, outcome, what }
}

fn not_live(rollouts: &[Rollout]) -> String {
    format!("Not live: {}", wait::reason(rollouts))
}

fn recorded(error: &DeployError) -> Recorded {
    if matches!(error, DeployError::Stopped { .. }) { Recorded::Stopped } else { Recorded::Failed }
}

/// Whether an error lies in the commit itself.
fn of_error(error: &DeployError) -> Ended {
    let is_own = match error {
        DeployError::Plan(PlanError::Faults(_)) => true,
        DeployError::Plan(PlanError::Target(error)) | DeployError::Target(error) => is_refusal(error),
        DeployError::Partial { failed, .. } => failed.iter().all(|failure| is_refusal(&failure.error)),
        DeployError::Journal { .. } | DeployError::Stopped { .. } | DeployError::LockLost { .. } => false,
    };
    if is_own { Ended::OwnFault } else { Ended::PassingFault }
}

fn is_refusal(error: &TargetError) -> bool {
    matches!(error, TargetError::Refused(_))
}
