//! Plans and rollouts in the journal's words. Names of fields only: never a value, which could be a Secret's.

use landfall_core::{
    images::images as images_of,
    last_applied::ANNOTATION,
    meanwhile::{ByOthers, meanwhile},
    object::ObjectId,
    plan::{Action, Plan},
    rollout::Rollout,
};
use landfall_journal::{NewChange, NewImage, NewObservation, ObjectAction, RanDigest, Time};

use crate::plan::Planned;

/// So many fields are named; the rest is counted.
const FIELDS: usize = 5;

/// What a plan writes, or keeps on purpose.
pub fn changes(plan: &Plan) -> Vec<NewChange> {
    let changes = plan.items.iter().filter_map(|item| {
        let names = |changes: &[landfall_core::plan::Change]| {
            names(changes.iter().map(|change| change.field.as_str()).collect())
        };
        let (action, fields) = match &item.action {
            Action::Create { .. } => (ObjectAction::Create, String::new()),
            Action::Update { changes, .. } => (ObjectAction::Update, names(changes)),
            Action::Replace { changes, .. } => (ObjectAction::Replace, names(changes)),
            Action::Repair { .. } => (ObjectAction::Repair, String::new()),
            Action::Prune => (ObjectAction::Prune, String::new()),
            Action::Keep(keep) => (ObjectAction::Keep, keep.reason.clone()),
            Action::Unchanged => return None,
        };
        Some(NewChange { object: item.id.clone(), action, fields, place: item.place.as_ref().map(ToString::to_string) })
    });
    changes.collect()
}

fn names(fields: Vec<&str>) -> String {
    // The record of what was applied changes with everything else.
    let news = fields.iter().copied().filter(|field| !field.contains(ANNOTATION)).collect::<Vec<_>>();
    let fields = if news.is_empty() { fields } else { news };
    let more = fields.len().saturating_sub(FIELDS);
    let named = fields.into_iter().take(FIELDS).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

/// The images of all workloads, before and after.
pub fn images(planned: &Planned) -> Vec<NewImage> {
    let mut all = Vec::new();
    let live_images = |id: &ObjectId| {
        let live = planned.observation.live.get(id)?.parse_without_managed_fields().ok()?;
        Some(images_of(&live))
    };
    let mut add = |id: &ObjectId,
                   before: std::collections::BTreeMap<String, String>,
                   after: std::collections::BTreeMap<String, String>| {
        let mut containers: Vec<&String> = before.keys().chain(after.keys()).collect();
        containers.sort_unstable();
        containers.dedup();
        all.extend(containers.into_iter().map(|container| NewImage {
            workload: id.clone(),
            container: container.clone(),
            before: before.get(container).cloned(),
            after: after.get(container).cloned(),
        }));
    };
    for desired in planned.desired.objects.iter().filter(|desired| may_have_images(&desired.id)) {
        add(&desired.id, live_images(&desired.id).unwrap_or_default(), images_of(&desired.value.unpacked()));
    }
    for item in planned.plan.prunes().filter(|item| may_have_images(&item.id)) {
        add(&item.id, live_images(&item.id).unwrap_or_default(), Default::default());
    }
    all
}

fn may_have_images(id: &ObjectId) -> bool {
    matches!(id.group.as_str(), "" | "apps" | "batch")
        && !matches!(id.kind.as_str(), "ConfigMap" | "Secret" | "Service" | "ServiceAccount" | "PersistentVolumeClaim")
}

/// What others did since the last deploy.
pub fn observations(planned: &Planned) -> Vec<NewObservation> {
    let Planned { plan, observation, inventories, .. } = planned;
    let all = meanwhile(plan, observation, inventories.own.as_ref(), inventories.written.as_deref());
    let seen = Time::now();
    let new = |one: ByOthers| NewObservation {
        object: one.id,
        fact: one.fact,
        what: one.what,
        by: one.by,
        done: one.time.and_then(|time| time.parse().ok()),
        seen,
    };
    all.into_iter().map(new).collect()
}

/// The digests that run.
pub fn digests(rollout: &Rollout) -> Vec<RanDigest> {
    let of = |(container, images): (&String, &std::collections::BTreeSet<landfall_core::health::RunningImage>)| {
        // Pods of one version that run two digests have had their tag moved: the newest start is the last to be seen.
        let image = images.last()?;
        // An image that came from no registry has the digest of its configuration, or none at all.
        let digest = image.digest.clone().or_else(|| Some(image.id.clone()).filter(|id| id.starts_with("sha256:")))?;
        Some(RanDigest { workload: rollout.id.clone(), container: container.clone(), digest })
    };
    rollout.images.iter().filter_map(of).collect()
}
