//! One deploy of an environment at a time: who is next.

use std::time::Duration;

use landfall_core::{inventory::Deploying, plan::Item};

use crate::{
    environment::{EnvironmentKey, Request},
    error::DeployError,
    plan::Planned,
    progress::{Event, Progress},
    target::{Lock, Target, TargetError},
};

/// How long a deploy waits for another one of the same environment. A lock whose holder is gone is free after 15 s.
const LOCK_WAIT: Duration = Duration::from_secs(60);

/// How often it is looked whether the other deploy has written everything.
const LOOK: Duration = Duration::from_millis(250);

/// A deploy that wants the environment's lock.
pub(crate) struct Turn<'a> {
    pub target: &'a dyn Target,
    pub progress: &'a dyn Progress,
    pub request: &'a Request,
}

impl Turn<'_> {
    /// Takes the lock, and tells whether another deploy was asked for it.
    #[tracing::instrument(name = "lock", skip_all)]
    pub async fn lock(&self, planned: &Planned, own: &Deploying) -> Result<(Box<dyn Lock>, bool), DeployError> {
        let (target, request) = (self.target, self.request);
        let holder = match target.lock(&planned.key, &request.holder, Duration::ZERO).await {
            Err(TargetError::Locked { holder, .. }) => holder,
            result => return Ok((result?, false)),
        };
        self.progress.tell(Event::Waiting { holder });
        let total = planned.plan.items.iter().filter(|item: &&Item| item.is_change()).count();
        // A target that rolls by itself is not locked while somebody waits.
        let asks = !target.rolls_by_itself();
        let lock = async {
            let lock = target.lock(&planned.key, &request.holder, LOCK_WAIT);
            if !asks {
                return Ok(lock.await?);
            }
            tokio::pin!(lock);
            tokio::select! {
                lock = &mut lock => return Ok(lock?),
                asked = self.ask(&planned.key, own) => asked?,
            }
            Ok(lock.await?)
        };
        let result = tokio::select! {
            result = lock => result,
            () = stop_requested(self.progress) => Err(DeployError::Stopped { done: 0, pruned: 0, total }),
        };
        match result {
            Ok(lock) => Ok((lock, asks)),
            Err(error) => {
                if asks {
                    self.withdraw(&planned.key, own).await?;
                }
                Err(error)
            }
        }
    }

    /// Lets a deploy that has written everything, and only waits, know that another revision is to be deployed: it reads
    /// so in the inventory, and ends.
    async fn ask(&self, key: &EnvironmentKey, own: &Deploying) -> Result<(), TargetError> {
        loop {
            let inventories = self.target.inventories(key).await?;
            if let Some(mut inventory) = inventories.own.filter(|inventory| inventory.deploying.is_none()) {
                inventory.deploying = Some(own.clone());
                match self.target.write_inventory(key, &inventory, inventories.version.as_deref()).await {
                    Err(TargetError::Conflict(_)) => {}
                    written => return written.map(drop),
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Takes back that a revision is to be deployed.
    pub async fn withdraw(&self, key: &EnvironmentKey, own: &Deploying) -> Result<(), TargetError> {
        loop {
            let inventories = self.target.inventories(key).await?;
            let is_own = |deploying: &Deploying| deploying.id == own.id;
            let Some(mut inventory) =
                inventories.own.filter(|inventory| inventory.deploying.as_ref().is_some_and(is_own))
            else {
                return Ok(());
            };
            inventory.deploying = None;
            match self.target.write_inventory(key, &inventory, inventories.version.as_deref()).await {
                Err(TargetError::Conflict(_)) => {}
                written => return written.map(drop),
            }
        }
    }
}

async fn stop_requested(progress: &dyn Progress) {
    while !progress.stop_requested() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
