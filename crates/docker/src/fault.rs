//! An engine's faults as a target's errors.

use landfall_deploy::target::TargetError;

use crate::engine::{Engine, EngineFault};

/// The error of a call to an engine that we are connected to.
pub fn target_error(_: &Engine, fault: EngineFault) -> TargetError {
    TargetError::Engine { lost: fault.is_of_connection(), message: fault.message, remedy: fault.remedy }
}
