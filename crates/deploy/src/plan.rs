//! Reads a target and computes the plan.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use landfall_core::{
    catalog::{Catalog, ServedKind},
    desired::{DesiredSet, Scope},
    diagnostic::Diagnostic,
    inventory::Inventory,
    manifest::Manifest,
    object::ObjectId,
    observation::{Observation, list_queries},
    plan::{Action, Item, Plan, PlanInput, PlanOptions, Refusal, Surroundings, compute},
};
use thiserror::Error;

use crate::{
    environment::{EnvironmentKey, Request},
    progress::{Event, Progress},
    target::{Inventories, ObserveRequest, Target, TargetError},
};

/// A plan with all that it was computed from.
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What the revision asks for.
    pub desired: DesiredSet,
    /// The kinds that the target serves.
    pub catalog: Catalog,
    /// What was read.
    pub observation: Observation,
    /// The inventories on the target.
    pub inventories: Inventories,
    /// The environment.
    pub key: EnvironmentKey,
    /// What the user allows.
    pub options: PlanOptions,
    /// The objects that the target refused by their manifests alone: it need not be asked about them any more.
    pub reviewed: BTreeSet<ObjectId>,
    /// How many objects that the plan creates have come into being since: each is a refusal of the plan.
    pub created_meanwhile: usize,
}

impl Planned {
    /// Whether nothing is wrong with the plan, but that somebody else is at work on the target: a new one may be carried
    /// out.
    pub fn is_outdated(&self) -> bool {
        self.created_meanwhile > 0 && self.plan.refusals.len() == self.created_meanwhile
    }
}

/// Why there is no plan.
#[derive(Debug, Error)]
pub enum PlanError {
    /// The manifests have faults.
    #[error("The manifests have {} {}; nothing was applied", .0.len(), if .0.len() == 1 { "fault" } else { "faults" })]
    Faults(Vec<Diagnostic>),
    /// The target did not answer as it should.
    #[error(transparent)]
    Target(#[from] TargetError),
}

/// Reads the target and plans.
///
/// # Errors
/// Where the manifests do not fit the target, or the target cannot be read.
#[tracing::instrument(name = "plan", skip_all, fields(manifests = manifests.len()))]
pub async fn plan(
    target: &dyn Target,
    manifests: Vec<Manifest>,
    request: &Request,
    progress: &dyn Progress,
) -> Result<Planned, PlanError> {
    progress.tell(Event::Observing);
    let key = request.key(target);
    // The inventory may take longer than anything else. What can begin without it does.
    let inventories =
        async { if request.track { Ok(target.inventories(&key).await?) } else { Ok(Inventories::default()) } };
    let known = resolve(target, manifests, &key, request);
    let ((desired, catalog), inventories) = futures::try_join!(known, inventories)?;
    observe_and_compute(target, desired, catalog, inventories, key, request).await
}

/// What the manifests ask of the target.
async fn resolve(
    target: &dyn Target,
    manifests: Vec<Manifest>,
    key: &EnvironmentKey,
    request: &Request,
) -> Result<(DesiredSet, Catalog), PlanError> {
    let catalog = target.catalog().await?;
    let scope = Scope {
        default_namespace: key.namespace.clone(),
        enforce_namespace: request.enforce_namespace,
        selector: request.selector.clone(),
    };
    let mut desired = DesiredSet::resolve(manifests, &catalog, &scope).map_err(PlanError::Faults)?;
    match &request.only {
        Some(only) => {
            desired.objects.retain(|desired| only.contains(&desired.id));
            desired.left_out.clear();
        }
        None => {
            let queries = list_queries(&desired, None, &catalog, &key.namespace, request.options.prune);
            target.expect(queries, &desired, &request.selector);
        }
    }
    Ok((desired, catalog))
}

/// Plans again with the same manifests, after the target has changed.
pub(crate) async fn replan(target: &dyn Target, planned: Planned, request: &Request) -> Result<Planned, PlanError> {
    let inventories = if request.track { target.inventories(&planned.key).await? } else { Inventories::default() };
    observe_and_compute(target, planned.desired, planned.catalog, inventories, planned.key, request).await
}

async fn observe_and_compute(
    target: &dyn Target,
    desired: DesiredSet,
    mut catalog: Catalog,
    inventories: Inventories,
    key: EnvironmentKey,
    request: &Request,
) -> Result<Planned, PlanError> {
    // The others are what the revision has only while it is the one that is there. Under the lock this stays so.
    if request.only.is_some() && !inventories.is_at(request.revision.as_deref()) {
        let message = "Another revision was deployed, or begun, while single objects were to be corrected";
        return Err(TargetError::Conflict(message.to_owned()).into());
    }
    let inventory = inventories.own.as_ref();
    let queries = match &request.only {
        // A list shows all objects of a kind.
        Some(_) => Vec::new(),
        None => list_queries(&desired, inventory, &catalog, &key.namespace, request.options.prune),
    };
    let wanted = wanted(&desired, inventory, &catalog, request.options.prune);
    let required = desired.objects.iter().map(|desired| &desired.id).collect();
    let observe = ObserveRequest {
        queries: &queries,
        selector: &request.selector,
        wanted: &wanted,
        required: &required,
        not_before: inventories.version.as_deref(),
    };
    let (mut observation, review) = futures::try_join!(target.observe(&observe), target.review(&desired))?;
    // Large, and only needed to read.
    drop((queries, wanted, required));
    if let Some(inventory) = inventory.filter(|_| request.options.prune) {
        observation.add_unserved(inventory, &catalog);
    }
    let mut surroundings =
        Surroundings { claims: claims(&inventories, &desired, &observation), ..Surroundings::default() };
    let compute_plan = |surroundings: &Surroundings| {
        compute(&PlanInput {
            desired: &desired,
            observation: &observation,
            inventory,
            surroundings,
            default_namespace: &key.namespace,
            enforce_namespace: request.enforce_namespace,
            options: &request.options,
        })
    };
    let mut plan = compute_plan(&surroundings);
    let is_deleted = |item: &&Item| matches!(item.action, Action::Prune | Action::Replace { .. });
    let deleted = plan.items.iter().filter(is_deleted).map(|item| &item.id);
    let containers: Vec<&ObjectId> = deleted.filter(|id| id.is_container()).collect();
    if !containers.is_empty() {
        let pruned: BTreeSet<&ObjectId> = plan.prunes().map(|item| &item.id).collect();
        for id in containers {
            let contents = match target.contents(id, &catalog).await {
                Ok(contents) => Ok(contents.into_iter().filter(|content| !pruned.contains(content)).collect()),
                Err(
                    error @ (TargetError::Unreachable { .. }
                    | TargetError::Engine { lost: true, .. }
                    | TargetError::Unauthorized { .. }),
                ) => {
                    return Err(error.into());
                }
                Err(error) => Err(error.to_string()),
            };
            surroundings.contents.insert(id.clone(), contents);
        }
        plan = compute_plan(&surroundings);
    }
    plan.warnings.extend(review.notes);
    let (reviewed, refusals): (BTreeSet<ObjectId>, Vec<Refusal>) = review.refusals.into_iter().unzip();
    plan.refusals.extend(refusals);
    // From here on also the kinds count that the revision itself brings.
    desired.defined_kinds.iter().for_each(|kind| catalog.add(kind.clone()));
    Ok(Planned {
        plan,
        desired,
        catalog,
        observation,
        inventories,
        key,
        options: request.options.clone(),
        reviewed,
        created_meanwhile: 0,
    })
}

/// Objects that are read even where the selector does not select them: those of the revision, which may exist
/// without the label, and those of the inventory, whose label somebody may have removed.
fn wanted<'a>(
    desired: &'a DesiredSet,
    inventory: Option<&'a Inventory>,
    catalog: &'a Catalog,
    prune: bool,
) -> HashMap<&'a ObjectId, &'a ServedKind> {
    let of_desired = desired.objects.iter().filter(|object| !object.pending_kind);
    let of_desired = of_desired.filter_map(|object| Some((&object.id, catalog.get(&object.gvk)?)));
    let of_inventory = inventory.filter(|_| prune).into_iter().flat_map(|inventory| inventory.objects.keys());
    let of_inventory = of_inventory.filter_map(|id| Some((id, catalog.preferred(&id.group_kind())?)));
    of_inventory.chain(of_desired).collect()
}

/// Which of the objects that are desired or live other environments have recorded as theirs.
fn claims(inventories: &Inventories, desired: &DesiredSet, observation: &Observation) -> BTreeMap<ObjectId, String> {
    let mut claims = BTreeMap::new();
    for (name, inventory) in &inventories.others {
        let ids = desired.objects.iter().map(|desired| &desired.id).chain(observation.live.keys());
        let ids = ids.filter(|id| inventory.objects.contains_key(id));
        claims.extend(ids.map(|id| (id.clone(), format!("the environment {name}"))));
    }
    claims
}
