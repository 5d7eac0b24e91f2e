//! Whether an item could be carried out: everything that can be known without doing it.

use landfall_core::plan::{Action, CheckFault, CheckOutcome, Item};
use landfall_deploy::target::TargetError;

use crate::{
    engine::{About, Engine},
    pod::EngineFacts,
    record::{self, Records},
    sources,
    support::{Surroundings, check as look_at},
};

/// What the engine says of its machine, as pods are told it.
pub fn facts(about: &About) -> EngineFacts {
    EngineFacts { name: about.name.clone(), cpus: about.cpus, memory: about.memory }
}

/// Makes the record that the item asks for, and looks whether one host can carry it out. Nothing is asked of the engine.
pub fn check(engine: &Engine, environment: &str, records: &Records, item: &Item) -> Result<CheckOutcome, TargetError> {
    if matches!(item.action, Action::Prune | Action::Repair { .. } | Action::Unchanged | Action::Keep(_)) {
        return Ok(CheckOutcome::Accepted(Box::default()));
    }
    let all = records.all();
    let known = all.get(&item.id);
    let new = match record::next(item, known, environment, record::seconds(engine)) {
        Ok(new) => new,
        Err(TargetError::Conflict(_)) if matches!(item.action, Action::Create { .. }) => {
            return Ok(CheckOutcome::Exists);
        }
        Err(TargetError::Conflict(message)) => return Ok(refused(message, 409)),
        Err(TargetError::Other(message)) => return Ok(refused(message, 422)),
        Err(error) => return Err(error),
    };
    let shown = new.shown();
    let objects = sources::with(&all, &new);
    let facts = facts(engine.about());
    let found = look_at(&item.gvk, &shown, Surroundings { sources: &*objects, engine: &facts });
    // Whether what it refers to is there, the review has said, which knows the whole revision.
    let is_missing = |message: &str| message.contains("does not exist");
    let causes: Vec<_> = found.faults.into_iter().filter(|cause| !is_missing(&cause.message)).collect();
    if causes.is_empty() {
        return Ok(CheckOutcome::Accepted(Box::new(shown)));
    }
    let message = format!("{} cannot run on one host", item.id);
    Ok(CheckOutcome::Refused(CheckFault { message, causes, code: 422 }))
}

fn refused(message: String, code: u16) -> CheckOutcome {
    CheckOutcome::Refused(CheckFault { message, causes: Vec::new(), code })
}
