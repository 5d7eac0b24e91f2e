//! Looks at an environment without changing anything: for `status`, while nobody deploys or somebody else does. Readiness
//! is what the engine tells: containers that run count as ready.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::{StreamExt, stream::BoxStream};
use landfall_core::health::ReadyConditions;
use landfall_deploy::target::{Carried, Sight, TargetError, Watch, WatchRequest};
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use super::{
    judge::{Awaited, judge},
    logs::LogFetcher,
};
use crate::{
    engine::{Engine, EngineFault, Event},
    look::{Seen, look},
    observe::everything,
    rollout::PodState,
};

/// A look at an environment.
pub struct Looking {
    engine: Engine,
    environment: String,
    awaited: Vec<Awaited>,
    ready_conditions: ReadyConditions,
    arrived: Arc<Notify>,
    logs: LogFetcher,
    events: BoxStream<'static, Result<Event, EngineFault>>,
    /// What was seen at the beginning, until it is told.
    first: Option<Seen>,
}

impl Looking {
    /// Looks for the first time.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn begin(engine: &Engine, environment: &str, request: &WatchRequest<'_>) -> Result<Self, TargetError> {
        let arrived = Arc::new(Notify::new());
        let events = engine.events(engine.now());
        let awaited = request.objects.iter().map(|(id, _)| Awaited { id: id.clone(), written: None });
        Ok(Self {
            engine: engine.clone(),
            environment: environment.to_owned(),
            awaited: awaited.collect(),
            ready_conditions: request.ready_conditions.clone(),
            logs: LogFetcher::new(engine.clone(), Arc::clone(&arrived)),
            arrived,
            events,
            first: Some(look(engine, environment).await?),
        })
    }

    fn sight(&mut self, seen: &Seen) -> Sight {
        let now = self.engine.now();
        let documents = everything(seen, &self.engine);
        let lines = self.logs.lines();
        let now = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let judged = judge(&self.awaited, &documents, &lines, &self.ready_conditions, &now);
        let pods: Vec<PodState> = seen.pods.values().cloned().collect();
        let mut rollouts = Vec::with_capacity(judged.len());
        for (rollout, queries) in judged {
            self.logs.ask(&queries, &pods, &lines);
            rollouts.push(rollout);
        }
        Sight { rollouts, latest: None, warnings: Vec::new() }
    }
}

#[async_trait]
impl Watch for Looking {
    fn wrote(&mut self, _: &landfall_core::object::ObjectId, _: &Carried) {}

    fn wrote_inventory(&mut self, _: &str) {}

    async fn next(&mut self, limit: Duration) -> Result<Sight, TargetError> {
        let seen = match self.first.take() {
            Some(seen) => seen,
            None => {
                let changed = async {
                    tokio::select! {
                        event = self.events.next() => match event {
                            Some(Ok(_)) => {}
                            // Without events, the time that is waited anyway does.
                            _ => std::future::pending().await,
                        },
                        () = self.arrived.notified() => {}
                    }
                };
                // The end of the time is as good a reason to look again.
                let _ended = timeout_at(Instant::now() + limit, changed).await;
                look(&self.engine, &self.environment).await?
            }
        };
        Ok(self.sight(&seen))
    }
}
