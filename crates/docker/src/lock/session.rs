//! A lock that is held.

use std::time::Duration;

use async_trait::async_trait;
use landfall_deploy::target::Lock;
use tokio::time::timeout;

use super::Agent;
use crate::engine::Engine;

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
        // The engine removes it by itself, but only a moment after its end; whoever comes next need not wait for that.
        if let Err(fault) = self.engine.remove(&self.container).await {
            tracing::warn!(%fault, "the lock could not be removed; it ends by itself within a minute");
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.agent.let_go();
    }
}
