//! Carries out one item of a plan: its record first, then what makes it true. Whoever is killed in between leaves drift,
//! which the next deploy repairs.

use landfall_core::plan::{Action, Item};
use landfall_deploy::target::{Carried, TargetError};

use crate::{
    deploying::Deploying,
    engine::Engine,
    fault::target_error,
    look::Seen,
    observe::{drift_of, ended},
    record::{self, Record, Records},
    rollout::Workload,
};

/// What an item is carried out with.
pub struct Tools<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// The records.
    pub records: &'a Records,
    /// The deploy.
    pub deploying: &'a Deploying,
    /// What was seen when the plan was made.
    pub seen: &'a Seen,
}

/// Does what an item says.
///
/// # Errors
/// Where somebody else has changed the object, or what the engine says.
pub async fn carry_out(tools: &Tools<'_>, item: &Item) -> Result<Carried, TargetError> {
    match &item.action {
        Action::Create { .. } | Action::Update { .. } => apply(tools, item).await,
        Action::Replace { .. } => {
            // A changed claim is another one, and a Job runs once. All others go on as what they were.
            if matches!(item.id.kind.as_str(), "PersistentVolumeClaim" | "Job" | "Pod") {
                prune(tools, item).await?;
            }
            apply(tools, item).await
        }
        Action::Repair { .. } => repair(tools, item).await,
        Action::Prune => {
            prune(tools, item).await?;
            Ok(Carried::default())
        }
        Action::Unchanged | Action::Keep(_) => Ok(Carried { uid: item.uid.clone(), ..Carried::default() }),
    }
}

async fn apply(tools: &Tools<'_>, item: &Item) -> Result<Carried, TargetError> {
    let Tools { engine, records, deploying, .. } = tools;
    let fault = |fault| target_error(engine, fault);
    let known = records.get(&item.id);
    let mut new = record::next(item, known.as_ref(), &deploying.site.environment, record::seconds(engine))?;
    let mut warnings = deploying.before(records, &new).await.map_err(fault)?;
    // A rerun after the answer was lost has nothing to write.
    let is_written = known.as_ref().is_some_and(|known| is_same(known, &new));
    if is_written {
        new = known.unwrap_or(new);
    } else {
        new.written = record::write(engine, &new).await?;
        records.put(new.clone());
    }
    warnings.extend(deploying.after(records, &new, workload(tools, &new)).await.map_err(fault)?);
    Ok(carried(&new, warnings))
}

async fn repair(tools: &Tools<'_>, item: &Item) -> Result<Carried, TargetError> {
    let Tools { engine, records, deploying, .. } = tools;
    let fault = |fault| target_error(engine, fault);
    let known = records.get(&item.id);
    let known = record::next(item, known.as_ref(), &deploying.site.environment, record::seconds(engine))?;
    for older in tools.seen.outdated.get(&record::key(&item.id)).into_iter().flatten() {
        engine.remove_volume(older).await.map_err(fault)?;
    }
    let workload = workload(tools, &known);
    if let Some(workload) = &workload {
        let drift = drift_of(workload, &known, &tools.seen.pods_of(&item.id), tools.seen, engine.about(), engine.now());
        for container in drift.paused {
            engine.unpause(&container).await.map_err(fault)?;
        }
    }
    let mut warnings = deploying.before(records, &known).await.map_err(fault)?;
    warnings.extend(deploying.after(records, &known, workload).await.map_err(fault)?);
    Ok(carried(&known, warnings))
}

async fn prune(tools: &Tools<'_>, item: &Item) -> Result<(), TargetError> {
    let Tools { engine, records, deploying, .. } = tools;
    if let (Some(known), Some(uid)) = (records.get(&item.id), &item.uid)
        && known.uid != *uid
    {
        return Err(TargetError::Conflict(format!(
            "{} was not pruned: somebody deleted and created it since it was observed",
            item.id
        )));
    }
    deploying.remove(records, &item.id).await?;
    record::remove(engine, &item.id, item.uid.as_deref()).await?;
    records.forget(&item.id);
    Ok(())
}

/// The workload of a record, with the pods that must be replaced though they are of its version; `None` for other kinds,
/// and for a Job that has done its work.
fn workload(tools: &Tools<'_>, record: &Record) -> Option<Workload> {
    if !Workload::is_kind(&record.id.kind) || ended(record).is_some() {
        return None;
    }
    let mut workload = Workload::new(record.id.clone(), record.shown());
    let pods = tools.seen.pods_of(&record.id);
    let engine = tools.engine;
    workload.spoiled = drift_of(&workload, record, &pods, tools.seen, engine.about(), engine.now()).spoiled;
    Some(workload)
}

fn is_same(known: &Record, new: &Record) -> bool {
    known.document == new.document && known.gvk == new.gvk
}

fn carried(record: &Record, warnings: Vec<String>) -> Carried {
    Carried { uid: Some(record.uid.clone()), warnings, generation: Some(record.generation) }
}
