//! An engine's faults as a target's errors.

use landfall_deploy::target::TargetError;

use crate::engine::{Engine, EngineFault, FaultKind};

/// The error of a call to an engine that we are connected to.
pub fn target_error(engine: &Engine, fault: EngineFault) -> TargetError {
    match fault.kind {
        FaultKind::NotRunning | FaultKind::Unreachable => {
            TargetError::Unreachable { target: engine.describe(), reason: fault.full() }
        }
        FaultKind::Permission => TargetError::Forbidden(fault.full()),
        _ => TargetError::Other(fault.full()),
    }
}
