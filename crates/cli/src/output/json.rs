//! The plan for programs. Its shape is stable: `docs/json.md`.

use landfall_core::{
    foreign::ForeignField,
    plan::{Action, Change, Item, Plan, Refusal, Totals},
};
use serde::Serialize;

/// The version of the shape. Fields may be added to it, never removed or changed.
pub const API_VERSION: &str = "landfall.dev/v1";

/// A plan.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanV1<'a> {
    api_version: &'static str,
    kind: &'static str,
    /// What is deployed: the environment with its revision, or the files.
    title: &'a str,
    target: String,
    namespace: &'a str,
    selector: &'a str,
    revision: Option<&'a str>,
    totals: Totals,
    objects: Vec<ObjectV1<'a>>,
    refusals: &'a [Refusal],
    warnings: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ObjectV1<'a> {
    api_version: String,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
    /// `create`, `update`, `replace`, `repair`, `prune`, `keep` or `unchanged`.
    action: &'static str,
    place: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    changes: &'a [Change],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    foreign: &'a [ForeignField],
    reason: Option<&'a str>,
    /// What of the target does not match what was applied, of an object that is repaired.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    drift: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
}

/// What a plan is of.
pub struct About<'a> {
    /// The environment with its revision, or the files.
    pub title: &'a str,
    /// The target.
    pub target: String,
    /// The namespace of objects that name none.
    pub namespace: &'a str,
    /// The selector.
    pub selector: &'a str,
    /// The revision.
    pub revision: Option<&'a str>,
}

/// The plan as JSON.
pub fn render(plan: &Plan, about: &About<'_>) -> String {
    let plan = PlanV1 {
        api_version: API_VERSION,
        kind: "Plan",
        title: about.title,
        target: about.target.clone(),
        namespace: about.namespace,
        selector: about.selector,
        revision: about.revision,
        totals: plan.totals(),
        objects: plan.items.iter().map(object).collect(),
        refusals: &plan.refusals,
        warnings: &plan.warnings,
    };
    text(&plan)
}

/// Anything as JSON for people who read it, too.
pub fn text(value: &impl Serialize) -> String {
    // Nothing of ours has keys that are no text.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn object(item: &Item) -> ObjectV1<'_> {
    let (action, changes, foreign, reason): (_, &[Change], &[ForeignField], _) = match &item.action {
        Action::Create { .. } => ("create", &[], &[], None),
        Action::Update { changes, foreign, .. } => ("update", changes, foreign, None),
        Action::Replace { changes, .. } => ("replace", changes, &[], None),
        Action::Repair { .. } => ("repair", &[], &[], None),
        Action::Prune => ("prune", &[], &[], None),
        Action::Keep(keep) => ("keep", &[], &[], Some(keep.reason.as_str())),
        Action::Unchanged => ("unchanged", &[], &[], None),
    };
    let drift: &[String] = if let Action::Repair { drift } = &item.action { drift } else { &[] };
    ObjectV1 {
        api_version: item.gvk.api_version(),
        kind: &item.gvk.kind,
        namespace: item.id.namespace.as_deref(),
        name: &item.id.name,
        action,
        place: item.place.as_ref().map(ToString::to_string),
        changes,
        foreign,
        reason,
        drift,
        notes: &item.notes,
    }
}
