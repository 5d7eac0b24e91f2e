//! One Service's proxy, as it is spoken with.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use landfall_proxy::config::{Config, EndpointState, ServiceConfig};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::{
    endpoints::{config, holds},
    object::{self, Kind, identity, kind, selects},
    pods::{PodView, Standing},
};
use crate::{
    engine::{EngineFault, FaultKind},
    proxies::{self, Control, Made, Refusal, View},
    site::Site,
};

/// So often a session that breaks off is opened anew before that is a fault.
const TRIES: u32 = 4;

/// The pods of an environment, by their UIDs.
pub type Pods = Mutex<BTreeMap<String, Standing>>;

/// One Service and its proxy.
pub struct Proxy {
    object: Mutex<Value>,
    /// One at a time speaks with it.
    turn: tokio::sync::Mutex<Turn>,
}

#[derive(Default)]
struct Turn {
    control: Option<Control>,
    /// What was last put in force in this session.
    said: Option<ServiceConfig>,
    /// Whether its last pod is being replaced.
    holds: bool,
}

impl Proxy {
    /// Nothing is asked yet.
    pub fn new(object: Value) -> Self {
        Self { object: Mutex::new(object), turn: tokio::sync::Mutex::default() }
    }

    /// The Service.
    pub fn object(&self) -> Value {
        self.object.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it sends to a pod.
    pub fn selects(&self, pod: &PodView) -> bool {
        let object = self.object.lock().unwrap_or_else(PoisonError::into_inner);
        kind(&object) == Kind::Pods && identity(&object).0 == pod.namespace && selects(&object, &pod.labels)
    }

    /// Takes in a changed Service; [`Self::apply`] then looks at its container anew.
    pub async fn change(&self, object: Value) {
        *self.object.lock().unwrap_or_else(PoisonError::into_inner) = object;
        *self.turn.lock().await = Turn::default();
    }

    /// Makes the proxy send to the pods as they are now. It is made if it is not there.
    ///
    /// # Errors
    /// What the engine says, or why the proxy refuses.
    pub async fn apply(&self, site: &Site, pods: &Pods) -> Result<Made, EngineFault> {
        let mut turn = self.turn.lock().await;
        let object = self.object();
        let spec = object::spec(site, &object);
        let mut made = Made::Kept;
        let mut is_old = false;
        for _ in 0..TRIES {
            if is_old || !turn.control.as_ref().is_some_and(Control::is_open) {
                turn.control = None;
                turn.said = None;
                let first = Config::Service(turn.config(&object, pods, &View::default()));
                made = match is_old {
                    true => Made::Replaced(proxies::renew(site, &spec, &first).await?),
                    false => proxies::ensure(site, &spec, &first).await?,
                };
                turn.control = Some(Control::open(&site.engine, &spec.name).await?);
            }
            let Some(control) = &turn.control else { continue };
            let view = control.view();
            let config = turn.config(&object, pods, &view);
            if turn.said.as_ref() == Some(&config) {
                return Ok(made);
            }
            let revision = view.revision.unwrap_or_default() + 1;
            let sent = Config::Service(ServiceConfig { revision, ..config.clone() });
            match control.set(sent).await {
                Ok(()) => {
                    turn.holds = holds(turn.holds, &config.endpoints);
                    turn.said = Some(config);
                    return Ok(made);
                }
                Err(Refusal::Closed) => turn.control = None,
                // One of another version may not know what this one says.
                Err(Refusal::Refused(_)) if !is_old && proxies::is_of_other_image(site, &spec.name).await? => {
                    is_old = true;
                }
                Err(Refusal::Refused(reason)) => {
                    let name = &spec.name;
                    return Err(EngineFault::new(
                        FaultKind::Refused,
                        format!("The proxy '{name}' refuses its configuration: {reason}"),
                    ));
                }
            }
        }
        let message = format!("The proxy '{}' ends whenever it is spoken with", spec.name);
        Err(EngineFault::new(FaultKind::State, message)
            .remedy(format!("See what it says: `docker logs {}`", spec.name)))
    }

    /// Tells the proxy that a pod is leaving, and returns when nothing is left on it, at the latest after `limit`.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub async fn drain(&self, site: &Site, pods: &Pods, pod: &PodView, limit: Duration) -> Result<(), EngineFault> {
        let deadline = Instant::now() + limit;
        let key = (pod.name.clone(), pod.uid.clone());
        let is_drained = |view: &View| {
            view.pods.get(&key).is_none_or(|report| report.state == EndpointState::Leaving && report.drained)
        };
        loop {
            self.apply(site, pods).await?;
            let changes = self.turn.lock().await.control.as_ref().map(Control::changes);
            let Some(mut changes) = changes else { return Ok(()) };
            let done = timeout_at(deadline, changes.wait_for(|view| !view.is_open || is_drained(view))).await;
            let is_done = match done {
                Ok(Ok(view)) => is_drained(&view),
                // The session broke off: the proxy goes on draining, and tells so in the next one.
                Ok(Err(_)) => false,
                Err(_) => true,
            };
            if is_done || Instant::now() >= deadline {
                return Ok(());
            }
        }
    }
}

impl Turn {
    fn config(&self, object: &Value, pods: &Pods, view: &View) -> ServiceConfig {
        let pods = pods.lock().unwrap_or_else(PoisonError::into_inner);
        let endpoints = config(object, pods.values(), view, false).endpoints;
        config(object, pods.values(), view, holds(self.holds, &endpoints))
    }
}
