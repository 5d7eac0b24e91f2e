//! Rules that stop a dangerous plan until it is approved.

use std::collections::BTreeSet;

use super::{Action, Plan, PlanOptions, Refusal, RefusedBy};
use crate::{desired::DesiredSet, object::ObjectId};

/// Below this number of deletions their share does not matter: a small environment may lose most of its objects by
/// an ordinary commit.
const FEW: usize = 5;

/// Refuses a revision without objects: far more often it is a wrong path, branch or selector than the wish to delete
/// everything.
pub(super) fn refuse_empty(desired: &DesiredSet, plan: &mut Plan) {
    if !desired.objects.is_empty() {
        return;
    }
    let left_out = desired.left_out.len();
    let details = match left_out {
        0 => Vec::new(),
        1 => vec!["the selector leaves out its only object".to_owned()],
        _ => vec![format!("the selector leaves out all {left_out} of its objects")],
    };
    plan.refusals.push(Refusal {
        by: RefusedBy::Guard,
        message: "The revision has no objects for this environment".to_owned(),
        place: None,
        details,
        remedy: "check the paths, the branch and the selector; to end an environment, delete its objects with \
                 kubectl delete -l SELECTOR, or on one host as docs/docker.md says"
            .to_owned(),
    });
}

/// Refuses to delete more than a share of the environment, unless each object is approved by name.
pub(super) fn refuse_mass_prune(options: &PlanOptions, plan: &mut Plan) {
    let pruned: BTreeSet<&ObjectId> = plan.prunes().map(|item| &item.id).collect();
    let unapproved: Vec<&ObjectId> =
        pruned.iter().copied().filter(|id| !options.allow_prune.contains(&id.short())).collect();
    let live = plan.items.iter().filter(|item| !matches!(item.action, Action::Create { .. })).count();
    #[expect(clippy::cast_precision_loss, reason = "counts of objects are far below 2^52")]
    let share = unapproved.len() as f64 / live.max(1) as f64;
    if unapproved.len() < FEW || share <= options.max_prune_share {
        return;
    }
    let mut details: Vec<String> = unapproved.iter().take(10).map(ToString::to_string).collect();
    if unapproved.len() > details.len() {
        details.push(format!("and {} more", unapproved.len() - details.len()));
    }
    let refusal = Refusal {
        by: RefusedBy::Guard,
        message: format!(
            "The revision would prune {} of the {live} live objects of this environment ({:.0} %, allowed are {:.0} %)",
            unapproved.len(),
            share * 100.0,
            options.max_prune_share * 100.0
        ),
        place: None,
        details,
        remedy: "check that the revision and the paths are the right ones; then prune in several commits, name the \
                 objects with --allow-prune, or raise maxPruneShare of the environment in landfall.yaml"
            .to_owned(),
    };
    plan.refusals.push(refusal);
}
