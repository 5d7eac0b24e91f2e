//! How a deploy ended, in words, and the exit status.

use std::{process::ExitCode, time::Duration};

use landfall_core::{catalog::Platform, rollout::Rollout};
use landfall_deploy::{deploy::superseded_by, plan::Planned, wait::Ending};

use super::{error, note, rollouts, time::short};
use crate::error::status;

/// What became of the version before, on one host: a new one that is not ready when nobody waits any more is removed.
const STILL_SERVES: &str = "what served before still serves, but for pods that had to be stopped first";

/// Tells how the deploy ended. `took` is the time since the command began.
pub fn report(planned: &Planned, ending: Option<&Ending>, default_namespace: &str, took: Duration) -> ExitCode {
    let seconds = took.as_secs_f64();
    let (plan, platform) = (&planned.plan, planned.catalog.platform());
    let done = plan.totals().done();
    let reasons = |rollouts: &[Rollout]| rollouts::reasons(rollouts, default_namespace);
    match ending {
        None => {
            note(&format!("Done in {seconds:.1} s: {done}"));
            ExitCode::SUCCESS
        }
        // Nobody watched: it was live before, and nothing tells since when.
        Some(Ending::Live { rollouts, .. }) if rollouts.is_empty() && !plan.has_changes() => {
            note(&format!("Already live ({seconds:.1} s): {done}"));
            ExitCode::SUCCESS
        }
        Some(Ending::Live { at, .. }) => {
            note(&format!("Live since {} ({seconds:.1} s): {done}", short(*at)));
            ExitCode::SUCCESS
        }
        Some(Ending::Hopeless(rollouts)) => {
            let hint = match platform {
                Platform::Cluster => {
                    "the objects stay as they are now; correct the cause, or go back: `landfall rollback`".to_owned()
                }
                Platform::Docker => {
                    format!("{STILL_SERVES}; correct the cause and deploy again, or go back: `landfall rollback`")
                }
            };
            error("Applied, but it will not become live", &reasons(rollouts), &[hint]);
            ExitCode::from(status::NOT_LIVE)
        }
        Some(Ending::TimedOut(rollouts)) => {
            let hint = match platform {
                Platform::Cluster => "it may still become live: look with `landfall status`; give it more time with \
                                      --timeout, or go back: `landfall rollback`"
                    .to_owned(),
                Platform::Docker => {
                    format!("{STILL_SERVES}; deploy again with more time by --timeout, or go back: `landfall rollback`")
                }
            };
            error(&format!("Applied, but not live after {seconds:.0} s"), &reasons(rollouts), &[hint]);
            ExitCode::from(status::NOT_LIVE)
        }
        Some(Ending::Stopped(rollouts)) => {
            let hint = match platform {
                Platform::Cluster => "everything is written, and goes on without Landfall; look with `landfall status`",
                Platform::Docker => {
                    "everything is recorded, but nothing goes on without Landfall: deploy again to go on"
                }
            };
            error("Stopped waiting; it is applied, but not live yet", &reasons(rollouts), &[hint.to_owned()]);
            ExitCode::from(status::NOT_LIVE)
        }
        Some(Ending::Superseded(latest)) => {
            let message = format!("No longer waiting: {}", superseded_by(latest));
            error(&message, &[], &["look with `landfall status` what is live".to_owned()]);
            ExitCode::from(status::NOT_LIVE)
        }
    }
}
