//! A lock that is held.

use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use landfall_deploy::target::Lock;
use tokio::time::timeout;

use super::Agent;
use crate::engine::{Engine, EngineFault, EventKind};

/// A container whose input has ended ends within milliseconds; the engine may be busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// A lock that is held. Dropping it gives it back, too, a moment later.
pub struct Session {
    engine: Engine,
    container: String,
    agent: Agent,
}

impl Session {
    pub(super) fn new(engine: Engine, container: String, agent: Agent) -> Self {
        Self { engine, container, agent }
    }

    /// The agent that lives as long as the lock: asks pods in the environment's network.
    pub fn agent(&self) -> Agent {
        self.agent.clone()
    }
}

#[async_trait]
impl Lock for Session {
    fn is_held(&self) -> bool {
        self.agent.is_alive()
    }

    async fn release(self: Box<Self>) {
        let ended = timeout(PATIENCE, self.agent.end()).await;
        if ended.is_err() {
            tracing::debug!("the lock's container takes its time");
        }
        // The engine removes it by itself a moment after its end; whoever comes next finds it gone.
        match timeout(PATIENCE, gone(&self.engine, &self.container)).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => tracing::warn!(%fault, "the lock's container may not be gone yet; it ends by itself"),
            Err(_) => tracing::warn!("the lock's container is not gone yet; it ends by itself"),
        }
    }
}

/// Removes a container that the engine may be about to remove itself, and returns when it is gone.
async fn gone(engine: &Engine, container: &str) -> Result<(), EngineFault> {
    // Asked for since before the first look, so that the end is not missed.
    let mut events = engine.events(engine.now());
    engine.remove(container).await?;
    match engine.inspect(container).await {
        Err(fault) if fault.is_not_found() => return Ok(()),
        inspect => inspect?,
    };
    while let Some(event) = events.next().await {
        let event = event?;
        if event.kind == EventKind::Container && event.action == "destroy" && event.id == container {
            break;
        }
    }
    Ok(())
}

impl Drop for Session {
    fn drop(&mut self) {
        self.agent.let_go();
    }
}
