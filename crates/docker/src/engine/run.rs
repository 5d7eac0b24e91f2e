//! Runs a command in a container to its end: exec probes and hooks.

use std::time::Duration;

use super::{Engine, EngineFault, Exec, FaultKind, Part};

/// As much of an output as anybody reads; a command that writes for ever does not fill the memory.
const LONGEST: usize = 16 * 1024;

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// Its exit code.
    pub code: i64,
    /// The beginning of what it wrote, both outputs as they came.
    pub output: String,
}

impl Engine {
    /// Runs a command in a container to its end. After `limit` it is given up: the engine cannot end it, so it runs on.
    ///
    /// # Errors
    /// A fault of kind [`FaultKind::State`] where it takes longer.
    pub async fn run(&self, container: &str, command: &[String], limit: Duration) -> Result<Ran, EngineFault> {
        let exec = Exec { command: command.to_vec(), ..Exec::default() };
        match tokio::time::timeout(limit, self.run_to_end(container, &exec)).await {
            Ok(ran) => ran,
            Err(_) => Err(EngineFault::new(
                FaultKind::State,
                format!("A command in the container '{container}' did not end within {} s", limit.as_secs_f64()),
            )),
        }
    }

    async fn run_to_end(&self, container: &str, exec: &Exec) -> Result<Ran, EngineFault> {
        let mut session = self.exec(container, exec).await?;
        let mut output = Vec::new();
        while let Some(Part::Out(part) | Part::Err(part)) = session.output.next().await? {
            let room = LONGEST.saturating_sub(output.len()).min(part.len());
            output.extend_from_slice(part.get(..room).unwrap_or_default());
        }
        let id = session.exec.unwrap_or_default();
        loop {
            if let Some(code) = self.exec_ended(&id).await? {
                return Ok(Ran { code, output: String::from_utf8_lossy(&output).into_owned() });
            }
            // It has closed its outputs and goes on, or the engine is about to note its end: no event of it is sure to
            // come any more.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
