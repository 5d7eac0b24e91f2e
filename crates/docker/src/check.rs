//! Whether an item could be carried out: everything that can be known without doing it.

use landfall_core::plan::{Action, CheckFault, CheckOutcome, Item};
use landfall_deploy::target::TargetError;

use crate::{
    engine::{About, Engine},
    pod::EngineFacts,
    record::{self, Records},
};

/// What the engine says of its machine, as pods are told it.
pub fn facts(about: &About) -> EngineFacts {
    EngineFacts { name: about.name.clone(), cpus: about.cpus, memory: about.memory }
}

/// Makes the record that the item asks for. Nothing is asked of the engine.
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
    // What of it one host cannot honour the review has told, which knows the whole revision: what an object refers to may
    // come with it.
    Ok(CheckOutcome::Accepted(Box::new(new.shown())))
}

fn refused(message: String, code: u16) -> CheckOutcome {
    CheckOutcome::Refused(CheckFault { message, causes: Vec::new(), code })
}
