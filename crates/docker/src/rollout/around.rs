//! What rollouts work with.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;

use super::PodState;
use crate::{
    engine::{Engine, EngineFault},
    pod::{EngineFacts, PodSpec, ProbeCheck, VolumeAt},
};

/// What rollouts work with.
#[derive(Clone)]
pub struct Around {
    /// The engine.
    pub engine: Engine,
    /// The environment's key, as its label has it.
    pub environment: String,
    /// The environment's network.
    pub network: String,
    /// Landfall's own image, for sandboxes.
    pub image: String,
    /// The engine's machine.
    pub facts: EngineFacts,
    /// The machine's address as its pods reach it: the gateway of the network.
    pub host_address: Option<IpAddr>,
    /// The environment's Services.
    pub traffic: Arc<dyn Traffic>,
    /// The volumes of pods.
    pub volumes: Arc<dyn Volumes>,
    /// Who asks pods from inside of their network.
    pub asker: Arc<dyn Asker>,
}

/// The Services, as far as pods come and go behind them.
#[async_trait]
pub trait Traffic: Send + Sync {
    /// A pod is ready: Services that select it send to it.
    async fn pod_ready(&self, pod: &PodState);

    /// A pod that runs is not ready any more, or not yet again. Those whose probes the proxies run themselves are known
    /// there anyway.
    async fn pod_unready(&self, pod: &PodState);

    /// A pod is about to be stopped: nothing new goes to it. Returns when nothing is left on it, at the latest after
    /// `limit`.
    async fn pod_leaving(&self, pod: &PodState, limit: Duration);

    /// A pod is gone.
    async fn pod_gone(&self, pod: &PodState);
}

/// The volumes of pods.
#[async_trait]
pub trait Volumes: Send + Sync {
    /// Makes all volumes of a pod that are not there, and tells where they are, by their names in the pod.
    ///
    /// # Errors
    /// Why one cannot be made, as a sentence.
    async fn ensure(&self, uid: &str, pod: &PodSpec) -> Result<BTreeMap<String, VolumeAt>, String>;

    /// Removes those that live as long as their pod. Its claims stay.
    ///
    /// # Errors
    /// The engine does not do it.
    async fn remove_of_pod(&self, uid: &str) -> Result<(), EngineFault>;

    /// Removes those of pods that are not among these: whoever removed the pods was stopped before the end.
    ///
    /// # Errors
    /// The engine does not do it.
    async fn remove_of_others(&self, uids: &BTreeSet<String>) -> Result<(), EngineFault>;
}

/// Asks pods from inside of the environment's network.
#[async_trait]
pub trait Asker: Send + Sync {
    /// Runs one check (not `exec`) against a container, by its name on the network or an address.
    ///
    /// # Errors
    /// Why it failed, as a sentence.
    async fn ask(&self, host: &str, check: &ProbeCheck, timeout: Duration) -> Result<(), String>;

    /// Whether it can ask at all. Once it cannot, what it answered says nothing of the pods, and the environment's lock may
    /// be somebody else's: nothing is done any more.
    fn is_there(&self) -> bool {
        true
    }
}
