//! One object: as a revision has it, as it is on the target, and what differs.

use std::collections::HashMap;

use landfall_core::{
    desired::{DesiredSet, Scope},
    foreign::ForeignField,
    manifest::Manifest,
    object::ObjectId,
    plan::{Action, Change, PlanInput, PlanOptions, Surroundings, compute, shown},
};
use landfall_journal::ObjectAction;
use serde::Serialize;
use serde_json::Value;

use crate::{
    environment::Request,
    plan::PlanError,
    target::{ObserveRequest, Target, TargetError},
};

/// One object. Values of a Secret are hidden.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inspected {
    /// The object.
    pub object: ObjectId,
    /// Where its manifest stands: `base/web.yaml:3:1`.
    pub place: String,
    /// As the revision has it.
    pub desired: Value,
    /// As it is on the target; `None` where it does not exist there.
    pub live: Option<Value>,
    /// What a deploy of the revision would do; `None` where the object is as desired.
    pub action: Option<ObjectAction>,
    /// The fields that it would change.
    pub changes: Vec<Change>,
    /// Those of them that somebody else wrote last.
    pub foreign: Vec<ForeignField>,
    /// What else is not as desired, a sentence without a full stop each.
    pub drift: Vec<String>,
    /// Why a deploy would not do it, a sentence without a full stop each.
    pub refusals: Vec<String>,
}

/// Asks the target for one object of a revision; `None` where the revision does not have it. What does not belong to the
/// environment is not asked for. Changes nothing.
///
/// # Errors
/// Where the manifests do not fit the target, or the target cannot be read.
pub async fn inspect(
    target: &dyn Target,
    manifests: Vec<Manifest>,
    request: &Request,
    id: &ObjectId,
) -> Result<Option<Inspected>, PlanError> {
    let namespace = request.key(target).namespace;
    let scope = Scope {
        default_namespace: namespace.clone(),
        enforce_namespace: request.enforce_namespace,
        selector: request.selector.clone(),
    };
    let catalog = target.catalog().await?;
    let mut desired = DesiredSet::resolve(manifests, &catalog, &scope).map_err(PlanError::Faults)?;
    desired.objects.retain(|object| object.id == *id);
    let Some(object) = desired.objects.first() else { return Ok(None) };
    let served = catalog.get(&object.gvk).filter(|_| !object.pending_kind);
    let wanted: HashMap<_, _> = served.map(|kind| (id, kind)).into_iter().collect();
    let observe = ObserveRequest {
        queries: &[],
        selector: &request.selector,
        wanted: &wanted,
        required: &wanted.keys().copied().collect(),
        not_before: None,
    };
    let observation = target.observe(&observe).await?;
    let live = observation.live.get(id).map(|live| live.parse()).transpose();
    let live = live.map_err(|error| TargetError::Other(format!("The answer of the target cannot be read: {error}")))?;
    let plan = compute(&PlanInput {
        desired: &desired,
        observation: &observation,
        inventory: None,
        surroundings: &Surroundings::default(),
        default_namespace: &namespace,
        enforce_namespace: request.enforce_namespace,
        options: &PlanOptions { prune: false, ..request.options.clone() },
    });
    let mut inspected = Inspected {
        object: id.clone(),
        place: String::new(),
        desired: shown(object.value.unpacked()),
        live: live.map(shown),
        action: None,
        changes: Vec::new(),
        foreign: Vec::new(),
        drift: Vec::new(),
        refusals: plan.refusals.iter().map(|refusal| refusal.message.clone()).collect(),
    };
    if let Some(item) = plan.items.into_iter().find(|item| item.id == *id) {
        inspected.place = item.place.as_ref().map(ToString::to_string).unwrap_or_default();
        inspected.take(item.action);
    }
    Ok(Some(inspected))
}

impl Inspected {
    fn take(&mut self, action: Action) {
        match action {
            Action::Create { .. } => self.action = Some(ObjectAction::Create),
            Action::Update { changes, foreign, .. } => {
                (self.action, self.changes, self.foreign) = (Some(ObjectAction::Update), changes, foreign);
            }
            Action::Replace { changes, .. } => (self.action, self.changes) = (Some(ObjectAction::Replace), changes),
            Action::Repair { drift } => (self.action, self.drift) = (Some(ObjectAction::Repair), drift),
            Action::Unchanged | Action::Prune | Action::Keep(_) => {}
        }
    }
}
