//! What is live on a target, from the target itself and from the journal.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use landfall_core::{
    catalog::Catalog,
    health::{ReadyConditions, has_pods, is_judged},
    inventory::Inventory,
    object::{Gvk, ObjectId},
    observation::{ListQuery, Observation},
    rollout::Rollout,
    selector::Selector,
};
use landfall_journal::{Deploy, Journal, Observation as Seen, Place, Service, Time};
use serde::Serialize;

use crate::{
    environment::EnvironmentKey,
    recorded,
    target::{Drifted, ObserveRequest, Target, TargetError, WatchRequest},
};

/// The kinds that are looked for where no inventory tells which there are.
const USUAL: [(&str, &str); 4] =
    [("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"), ("batch/v1", "CronJob")];

/// Logs that explain a state need a moment.
const LOGS: Duration = Duration::from_millis(1500);

/// What is live in an environment.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The target in words.
    pub target: String,
    /// The revision that was applied last and in full, as the target says; `None` before the first deploy.
    pub revision: Option<String>,
    /// When that was.
    pub applied: Option<Time>,
    /// The deploy that is writing now, or that was killed while it wrote.
    pub deploying: Option<DeployingNow>,
    /// The newest deploy in the journal, whatever became of it.
    pub last: Option<Deploy>,
    /// The workloads, and whatever else is not live.
    pub services: Vec<ServiceStatus>,
    /// What is recorded as applied but not true on the target, where the target does not put such things right itself.
    pub drift: Vec<Drifted>,
    /// What others did to the objects since the revision was applied.
    pub seen: Vec<Seen>,
    /// What could not be seen.
    pub warnings: Vec<String>,
}

/// A deploy that is writing now.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeployingNow {
    /// Its id in the journal of whoever deploys.
    pub id: String,
    /// Its revision.
    pub revision: Option<String>,
    /// Since when.
    pub since: String,
    /// Who asked for it.
    pub by: String,
}

/// One workload.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceStatus {
    /// How far it is.
    pub rollout: Rollout,
    /// Since when it is live as it is: by the journal, or else as the target remembers it.
    pub since: Option<Time>,
    /// The revision that made it so.
    pub revision: Option<String>,
}

/// Which environment is asked for.
pub struct StatusRequest<'a> {
    /// The environment on the target.
    pub key: &'a EnvironmentKey,
    /// Its objects.
    pub selector: &'a Selector,
    /// Which conditions say that objects of custom kinds are live.
    pub ready_conditions: &'a ReadyConditions,
}

impl Status {
    /// Whether everything is as it should be.
    pub fn is_live(&self) -> bool {
        let is_waiting = |service: &ServiceStatus| {
            service.rollout.state.is_waiting() || service.rollout.state == landfall_core::health::HealthState::Hopeless
        };
        !self.services.iter().any(is_waiting)
    }
}

/// Asks the target, and the journal for what only it remembers.
///
/// # Errors
/// The target cannot be read. What the journal does not know is left out, and that it cannot be read is a warning: the
/// target itself says what is live.
pub async fn status(
    target: &dyn Target,
    journal: Option<&Journal>,
    request: &StatusRequest<'_>,
) -> Result<Status, TargetError> {
    let key = request.key;
    let place = key.place(target);
    let (catalog, inventories) = futures::try_join!(target.catalog(), target.inventories(key))?;
    let objects = match &inventories.own {
        Some(own) => of_inventory(own, &catalog),
        None => usual(target, request, &catalog).await?,
    };
    let own = inventories.own.unwrap_or_default();
    let applied = own.time.as_deref().and_then(|time| time.parse().ok());
    let drifted = drifted(target, request, &own, &catalog);
    let look = look(target, request, &objects, &catalog);
    let (sight, drift, known) = futures::join!(look, drifted, remembered(journal, &place, applied));
    let ((rollouts, mut warnings), drift) = (sight?, drift?);
    let Remembered { services, last, seen } = known.unwrap_or_else(|error| {
        warnings.push(format!("{error}: what only the journal knows is left out"));
        Remembered::default()
    });
    let services: BTreeMap<ObjectId, Service> =
        services.into_iter().map(|service| (service.workload.clone(), service)).collect();
    Ok(Status {
        target: target.describe(),
        services: rollouts.into_iter().filter_map(|rollout| of_service(rollout, &services)).collect(),
        revision: own.revision,
        applied,
        deploying: own.deploying.map(|deploying| DeployingNow {
            id: deploying.id,
            revision: deploying.revision,
            since: deploying.since,
            by: deploying.by,
        }),
        last,
        drift,
        seen,
        warnings,
    })
}

/// What of an environment is recorded, but not true. A deploy that is writing now makes it true.
async fn drifted(
    target: &dyn Target,
    request: &StatusRequest<'_>,
    own: &Inventory,
    catalog: &Catalog,
) -> Result<Vec<Drifted>, TargetError> {
    if target.rolls_by_itself() {
        return Ok(Vec::new());
    }
    recorded::drifted(target, request.selector, own.objects.keys(), catalog).await
}

/// Workloads always; what else there is (claims, Ingresses, ...) only while it is not live.
fn of_service(rollout: Rollout, known: &BTreeMap<ObjectId, Service>) -> Option<ServiceStatus> {
    let is_workload =
        has_pods(&Gvk { group: rollout.id.group.clone(), version: "v1".into(), kind: rollout.id.kind.clone() })
            || rollout.id.kind == "CronJob";
    let is_live = !rollout.state.is_waiting() && rollout.state != landfall_core::health::HealthState::Hopeless;
    if !is_workload && is_live {
        return None;
    }
    let service = known.get(&rollout.id);
    let remembered = rollout.live_since.as_deref().and_then(|since| since.parse().ok());
    Some(ServiceStatus {
        since: service.and_then(|service| service.since).or(remembered).filter(|_| is_live),
        revision: service.and_then(|service| service.revision.clone()),
        rollout,
    })
}

fn of_inventory(inventory: &Inventory, catalog: &Catalog) -> Vec<(ObjectId, Gvk)> {
    let kinds = inventory.objects.keys().filter_map(|id| Some((id, &catalog.preferred(&id.group_kind())?.gvk)));
    kinds.filter(|(_, gvk)| is_judged(gvk)).map(|(id, gvk)| (id.clone(), gvk.clone())).collect()
}

/// The workloads that the selector finds, where only kubectl has deployed so far.
async fn usual(
    target: &dyn Target,
    request: &StatusRequest<'_>,
    catalog: &Catalog,
) -> Result<Vec<(ObjectId, Gvk)>, TargetError> {
    let kinds = USUAL.iter().filter_map(|(api_version, kind)| catalog.get(&Gvk::new(api_version, kind)));
    let queries: Vec<ListQuery> =
        kinds.map(|kind| ListQuery { kind: kind.clone(), namespace: Some(request.key.namespace.clone()) }).collect();
    let observe = ObserveRequest {
        queries: &queries,
        selector: request.selector,
        wanted: &HashMap::new(),
        required: &Default::default(),
        not_before: None,
    };
    let observed: Observation = target.observe(&observe).await?;
    let mut found: Vec<_> = observed.live.into_values().map(|live| (live.id, live.gvk)).collect();
    found.sort();
    Ok(found)
}

async fn look(
    target: &dyn Target,
    request: &StatusRequest<'_>,
    objects: &[(ObjectId, Gvk)],
    catalog: &Catalog,
) -> Result<(Vec<Rollout>, Vec<String>), TargetError> {
    if objects.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let StatusRequest { selector, ready_conditions, .. } = *request;
    let mut watch = target.watch(&WatchRequest { objects, selector, key: None, catalog, ready_conditions }).await?;
    let mut sight = watch.next(Duration::ZERO).await?;
    let needs_reason = sight.rollouts.iter().any(|rollout| rollout.state.is_waiting());
    if needs_reason {
        let until = tokio::time::Instant::now() + LOGS;
        while tokio::time::Instant::now() < until {
            let warnings = std::mem::take(&mut sight.warnings);
            sight = watch.next(until - tokio::time::Instant::now()).await?;
            sight.warnings.extend(warnings);
        }
    }
    Ok((sight.rollouts, sight.warnings))
}

/// What the journal knows of an environment.
#[derive(Default)]
struct Remembered {
    services: Vec<Service>,
    last: Option<Deploy>,
    seen: Vec<Seen>,
}

async fn remembered(
    journal: Option<&Journal>,
    place: &Place,
    applied: Option<Time>,
) -> Result<Remembered, landfall_journal::Error> {
    let Some(journal) = journal else { return Ok(Remembered::default()) };
    let services = journal.services(place, None).await?;
    let last = match journal.newest(place).await? {
        Some(newest) => Some(journal.deploy(newest.id.as_str()).await?.deploy),
        None => None,
    };
    // What others did before that is overwritten.
    let written = last.as_ref().and_then(|last: &Deploy| last.applied).max(applied);
    Ok(Remembered { services, last, seen: journal.observations(place, written, None).await? })
}
