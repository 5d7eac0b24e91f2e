//! All Services of an environment, as pods come and go behind them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures::future::join_all;
use serde_json::Value;
use tokio::time::sleep;

use super::{
    headless,
    object::{self, Kind, identity, kind},
    pods::{PodView, Standing},
    proxy::{Pods, Proxy},
};
use crate::{
    engine::EngineFault,
    proxies::{self, Made},
    rollout::{self, PodState, Traffic},
    site::Site,
};

/// The waits before a proxy that could not be told something is told again; then it is a warning.
const WAITS: [u64; 4] = [100, 400, 1000, 3000];

/// The Services of an environment. One deploy at a time has them: whoever holds the environment's lock.
pub struct Services {
    site: Site,
    services: Mutex<BTreeMap<(String, String), Arc<Proxy>>>,
    pods: Pods,
    warnings: Mutex<Vec<String>>,
}

impl Services {
    /// Begins with the Services that are recorded, and the pods that run. Nothing is written, and no proxy is spoken with.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn begin(site: Site, services: Vec<Value>) -> Result<Self, EngineFault> {
        let begun = Self { site, services: Mutex::default(), pods: Pods::default(), warnings: Mutex::default() };
        for service in services {
            begun.insert(service).await;
        }
        begun.look(true).await?;
        Ok(begun)
    }

    /// Makes what is there for a Service what it asks for; returns when it is in force. The answer is what users should
    /// know of it.
    ///
    /// # Errors
    /// What the engine says; a port of the host that is taken with who has it.
    pub async fn ensure(&self, service: &Value) -> Result<Vec<String>, EngineFault> {
        let (namespace, name) = identity(service);
        let proxy = self.insert(service.clone()).await;
        if kind(service) == Kind::Headless {
            proxies::remove(&self.site, &object::container(namespace, name)).await?;
            return headless::join(&self.site, service).await;
        }
        Ok(match proxy.apply(&self.site, &self.pods).await? {
            Made::Replaced(gap) if !gap.is_zero() => vec![format!(
                "The proxy of the Service {name} was made anew, since published ports cannot be changed: new connections were refused for {:.1} s",
                gap.as_secs_f64()
            )],
            _ => Vec::new(),
        })
    }

    /// Removes what is there for a Service; open connections have some seconds to end.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn remove(&self, namespace: &str, name: &str) -> Result<(), EngineFault> {
        let removed = lock(&self.services).remove(&(namespace.to_owned(), name.to_owned()));
        // Its session ends with it, unless somebody else speaks with it just now.
        drop(removed);
        proxies::remove(&self.site, &object::container(namespace, name)).await
    }

    /// Tells the proxies of pods that run and that nobody has told of, so that they serve when they become ready after
    /// the deploy has ended. Call it when the rollouts have ended.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn finish(&self) -> Result<(), EngineFault> {
        for pod in self.look(false).await? {
            self.tell(&pod).await;
        }
        Ok(())
    }

    /// What did not work and users should know, since the last time.
    pub fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.warnings))
    }

    async fn insert(&self, service: Value) -> Arc<Proxy> {
        let (namespace, name) = identity(&service);
        let key = (namespace.to_owned(), name.to_owned());
        let known = lock(&self.services).get(&key).cloned();
        match known {
            Some(known) => {
                known.change(service).await;
                known
            }
            None => {
                let new = Arc::new(Proxy::new(service));
                lock(&self.services).insert(key, Arc::clone(&new));
                new
            }
        }
    }

    /// Adds the pods that run and are not known, and tells which these are.
    async fn look(&self, is_older: bool) -> Result<Vec<PodView>, EngineFault> {
        let there = rollout::pods(&self.site.engine, &self.site.environment).await?;
        let mut pods = lock(&self.pods);
        let mut new = Vec::new();
        for pod in there.values().filter(|pod| pod.containers.values().any(rollout::ContainerState::is_running)) {
            pods.entry(pod.uid.clone()).or_insert_with(|| {
                let view = PodView::of(pod, self.site.host_address);
                new.push(view.clone());
                Standing { view, word: None, is_older, leaving: false }
            });
        }
        Ok(new)
    }

    /// Says something new of a pod.
    fn note(&self, pod: &PodState, note: impl FnOnce(&mut Standing)) -> PodView {
        let mut pods = lock(&self.pods);
        let standing = pods.entry(pod.uid.clone()).or_insert_with(|| Standing {
            view: PodView::of(pod, self.site.host_address),
            word: None,
            is_older: false,
            leaving: false,
        });
        note(standing);
        standing.view.clone()
    }

    fn selecting(&self, pod: &PodView) -> Vec<Arc<Proxy>> {
        lock(&self.services).values().filter(|proxy| proxy.selects(pod)).cloned().collect()
    }

    /// Tells the proxies that may send to a pod how the pods are now.
    async fn tell(&self, pod: &PodView) {
        join_all(self.selecting(pod).iter().map(|proxy| self.apply(proxy))).await;
    }

    async fn apply(&self, proxy: &Proxy) {
        for wait in WAITS.map(Some).into_iter().chain([None]) {
            let Err(fault) = proxy.apply(&self.site, &self.pods).await else { return };
            match wait {
                Some(wait) => sleep(Duration::from_millis(wait)).await,
                None => self.warn(proxy, &fault),
            }
        }
    }

    fn warn(&self, proxy: &Proxy, fault: &EngineFault) {
        let object = proxy.object();
        let (namespace, name) = identity(&object);
        let warning = format!("The Service {name} in namespace {namespace} was not told of its pods: {}", fault.full());
        tracing::warn!("{warning}");
        let mut warnings = lock(&self.warnings);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
}

#[async_trait]
impl Traffic for Services {
    async fn pod_ready(&self, pod: &PodState) {
        let view = self.note(pod, |standing| standing.word = Some(true));
        self.tell(&view).await;
    }

    async fn pod_unready(&self, pod: &PodState) {
        // What the proxies find out themselves is not doubted.
        let view = self.note(pod, |standing| standing.word = standing.view.needs_word.then_some(false));
        self.tell(&view).await;
    }

    async fn pod_leaving(&self, pod: &PodState, limit: Duration) {
        let is_known = lock(&self.pods).contains_key(&pod.uid);
        if !is_known {
            return;
        }
        let view = self.note(pod, |standing| standing.leaving = true);
        let drain = |proxy: Arc<Proxy>| {
            let view = &view;
            async move {
                if let Err(fault) = proxy.drain(&self.site, &self.pods, view, limit).await {
                    self.warn(&proxy, &fault);
                }
            }
        };
        join_all(self.selecting(&view).into_iter().map(drain)).await;
    }

    async fn pod_gone(&self, pod: &PodState) {
        let gone = lock(&self.pods).remove(&pod.uid);
        if let Some(gone) = gone {
            self.tell(&gone.view).await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
