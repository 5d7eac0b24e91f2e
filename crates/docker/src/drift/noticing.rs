//! Notices what somebody else changes of an environment on the engine: its events say when to look.

use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, stream::BoxStream};
use landfall_deploy::{
    recorded,
    target::{DriftRequest, DriftSight, DriftWatch, Target, TargetError},
};
use tokio::time::timeout;

use crate::{
    engine::{EngineFault, Event, EventKind},
    fault::target_error,
    network,
    pod::Label,
    target::DockerTarget,
};

/// One change is several events, and what restarts comes back by itself: looked at is what is there once it is quiet.
const REST: Duration = Duration::from_millis(500);

/// But not later than this.
const LONGEST: Duration = Duration::from_secs(5);

/// An environment on an engine.
pub struct Noticing {
    target: DockerTarget,
    request: DriftRequest,
    events: BoxStream<'static, Result<Event, EngineFault>>,
    told: Option<DriftSight>,
}

impl Noticing {
    /// Begins. `target` is not used for anything else: it remembers what was looked at last.
    pub fn begin(target: DockerTarget, request: &DriftRequest) -> Self {
        // In this order nothing is missed: events from now on, then the first look.
        let events = target.engine().events(target.engine().now());
        Self { target, request: request.clone(), events, told: None }
    }

    async fn look(&mut self) -> Result<DriftSight, TargetError> {
        // What is observed is that of the environment whose inventory was read last.
        self.target.inventories(&self.request.key).await?;
        let DriftRequest { selector, applied, catalog, .. } = &self.request;
        let drifted = recorded::drifted(&self.target, selector, applied.keys(), catalog).await?;
        Ok(DriftSight { drifted, ..DriftSight::default() })
    }

    /// Waits until something of the environment has happened, and then until it is quiet.
    async fn until_changed(&mut self) -> Result<(), TargetError> {
        let environment = network::environment(&self.request.key);
        loop {
            if is_of(&self.event().await?, &environment) {
                break;
            }
        }
        let quiet = async {
            // An end of the connection is told by the next one who asks.
            while let Ok(Ok(_)) = timeout(REST, self.event()).await {}
        };
        // What goes on and on is looked at in between.
        let _ended = timeout(LONGEST, quiet).await;
        Ok(())
    }

    async fn event(&mut self) -> Result<Event, TargetError> {
        match self.events.next().await {
            Some(Ok(event)) => Ok(event),
            Some(Err(fault)) => Err(target_error(self.target.engine(), fault)),
            None => Err(TargetError::Other("The engine has ended the connection".to_owned())),
        }
    }
}

/// Whether an event is of an environment, and changes something. Networks and volumes carry no labels in their events.
fn is_of(event: &Event, environment: &str) -> bool {
    match event.kind {
        EventKind::Container => {
            let is_own = event.attributes.get(Label::Environment.key()).is_some_and(|own| own == environment);
            // Commands in a container change nothing of it, and probes are many.
            is_own && !event.action.starts_with("exec_")
        }
        _ => true,
    }
}

#[async_trait]
impl DriftWatch for Noticing {
    async fn next(&mut self) -> Result<DriftSight, TargetError> {
        loop {
            if self.told.is_some() {
                self.until_changed().await?;
            }
            let sight = self.look().await?;
            if self.told.as_ref() != Some(&sight) {
                self.told = Some(sight.clone());
                return Ok(sight);
            }
        }
    }
}
