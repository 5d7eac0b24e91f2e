//! Why a plan is not carried out.

use std::process::ExitCode;

use landfall_core::plan::{Plan, RefusedBy};

use super::{change_list, error};
use crate::error::status;

/// Tells why a plan is not carried out, and the exit status; `None` for a plan that may be. What a guard stops can be
/// approved; what the target refuses is an error.
pub fn report(plan: &Plan, heading: &str) -> Option<ExitCode> {
    if plan.refusals.is_empty() {
        return None;
    }
    let details: Vec<String> = plan.refusals.iter().map(change_list::refusal).collect();
    error(heading, &details, &[]);
    let only_guards = plan.refusals.iter().all(|refusal| refusal.by == RefusedBy::Guard);
    Some(ExitCode::from(if only_guards { status::BLOCKED } else { status::ERROR }))
}

/// For a command that would have written.
pub const NOT_DEPLOYED: &str = "This revision is not deployed; nothing was written";

/// For a command that only asks.
pub const WOULD_NOT_BE_DEPLOYED: &str = "This revision would not be deployed";
