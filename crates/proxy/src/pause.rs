//! `proxy pause`: the first process of a sandbox. It owns the pod's network, and ends what the pod's processes leave.

use rustix::process::{WaitOptions, wait};
use tokio::signal::unix::{SignalKind, signal};

use crate::runtime;

/// Runs until SIGTERM or SIGINT.
///
/// # Errors
///
/// A sentence.
pub(crate) fn pause() -> Result<(), String> {
    runtime()?.block_on(async {
        let failed = |error| format!("Signals cannot be received: {error}.");
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let mut child = signal(SignalKind::child()).map_err(failed)?;
        loop {
            // One signal may stand for several processes. An error means that there is none.
            while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
            tokio::select! {
                _ = terminate.recv() => return Ok(()),
                _ = interrupt.recv() => return Ok(()),
                _ = child.recv() => {}
            }
        }
    })
}
