//! The Docker target: one host with a Docker engine.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use landfall_core::{
    catalog::Catalog,
    desired::DesiredSet,
    inventory::Inventory,
    object::ObjectId,
    observation::Observation,
    plan::{CheckOutcome, Item},
    selector::Selector,
};
use landfall_deploy::{
    environment::EnvironmentKey,
    target::{
        Carried, DriftRequest, DriftWatch, Inventories, Lock, ObserveRequest, Review, Target, TargetError, Tended,
        Watch, WatchRequest,
    },
};

use crate::{
    carry_out::{Tools, carry_out},
    catalog::catalog,
    check,
    contents::contents,
    cron,
    deploying::{Deploying, prepare},
    drift::Noticing,
    engine::Engine,
    fault::target_error,
    lock::{self, Session},
    look::{Seen, look},
    network, observe,
    record::{self, Records},
    settled, sources, support,
    watch::{Looking, Recorded, Watching},
};

/// The namespace of objects that name none, as in a cluster.
const DEFAULT_NAMESPACE: &str = "default";

/// So soon it is looked again whether somebody else still deploys.
const BUSY: Duration = Duration::from_secs(5);

/// One host with a Docker engine.
pub struct DockerTarget {
    engine: Engine,
    program: PathBuf,
    records: Arc<Records>,
    /// The environment that is worked on: objects alone do not tell.
    environment: Mutex<String>,
    namespace: String,
    seen: Mutex<Arc<Seen>>,
    deploying: Mutex<Option<Arc<Deploying>>>,
    /// Held where a deploy has no lock of its own, for what the lock's agent does.
    own_lock: tokio::sync::Mutex<Option<Session>>,
}

impl DockerTarget {
    /// A target over an engine. `program` is Landfall's own, such as `/proc/self/exe`: Service proxies run it.
    pub fn new(engine: Engine, program: PathBuf) -> Self {
        let everything = EnvironmentKey::new(DEFAULT_NAMESPACE, &Selector::default());
        Self {
            engine,
            program,
            records: Arc::default(),
            environment: Mutex::new(network::environment(&everything)),
            namespace: DEFAULT_NAMESPACE.to_owned(),
            seen: Mutex::default(),
            deploying: Mutex::default(),
            own_lock: tokio::sync::Mutex::default(),
        }
    }

    /// The same with another namespace for objects that name none.
    #[must_use]
    pub fn in_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    fn environment(&self) -> String {
        get(&self.environment).clone()
    }

    fn set_environment(&self, key: &EnvironmentKey) {
        *get(&self.environment) = network::environment(key);
    }

    fn seen(&self) -> Arc<Seen> {
        Arc::clone(&get(&self.seen))
    }

    async fn look(&self) -> Result<Arc<Seen>, TargetError> {
        let seen = Arc::new(look(&self.engine, &self.environment()).await?);
        self.records.set(seen.records.clone());
        *get(&self.seen) = Arc::clone(&seen);
        Ok(seen)
    }

    /// Takes the lock, and begins to work under it.
    async fn begin(&self, holder: &str, wait: Duration) -> Result<Session, TargetError> {
        let site = prepare(&self.engine, &self.environment(), &self.program).await?;
        let session = lock::take(&site, holder, wait).await?;
        // What others did before the lock was taken counts.
        self.look().await?;
        let begun = Deploying::begin(site, session.agent(), &self.records).await?;
        *get(&self.deploying) = Some(Arc::new(begun));
        Ok(session)
    }

    /// What makes records true; where no lock was asked for, one is taken until [`Target::settle`].
    async fn deploying(&self) -> Result<Arc<Deploying>, TargetError> {
        let mut own = self.own_lock.lock().await;
        if let Some(deploying) = get(&self.deploying).clone() {
            return Ok(deploying);
        }
        *own = Some(self.begin("a deploy without a record", Duration::ZERO).await?);
        let begun = get(&self.deploying).clone();
        begun.ok_or_else(|| TargetError::Other("The deploy has ended".to_owned()))
    }
}

#[async_trait]
impl Target for DockerTarget {
    fn describe(&self) -> String {
        self.engine.describe()
    }

    fn address(&self) -> String {
        let about = self.engine.about();
        let id = about.id.get(..12).unwrap_or(&about.id);
        format!("docker://{}/{id}", about.name)
    }

    fn default_namespace(&self) -> &str {
        &self.namespace
    }

    async fn catalog(&self) -> Result<Catalog, TargetError> {
        Ok(catalog())
    }

    async fn inventories(&self, key: &EnvironmentKey) -> Result<Inventories, TargetError> {
        self.set_environment(key);
        let records = record::read_all(&self.engine).await?;
        let inventories = record::read_inventories(&records, key)?;
        self.records.set(records);
        Ok(inventories)
    }

    async fn review(&self, desired: &DesiredSet) -> Result<Review, TargetError> {
        let facts = check::facts(self.engine.about());
        let records = self.records.all();
        let recorded = |id: &ObjectId| records.get(id).map(|record| record.document.clone());
        Ok(support::review(desired, &sources::objects(&records), &recorded, &facts))
    }

    async fn observe(&self, request: &ObserveRequest<'_>) -> Result<Observation, TargetError> {
        let seen = self.look().await?;
        Ok(observe::observe(&seen, &self.engine, request))
    }

    async fn contents(&self, id: &ObjectId, _: &Catalog) -> Result<Vec<ObjectId>, TargetError> {
        Ok(contents(&self.records.all(), id))
    }

    async fn check(&self, item: &Item, _: &Catalog) -> Result<CheckOutcome, TargetError> {
        check::check(&self.engine, &self.environment(), &self.records, item)
    }

    async fn carry_out(&self, item: &Item, _: &Catalog) -> Result<Carried, TargetError> {
        let (deploying, seen) = (self.deploying().await?, self.seen());
        let tools = Tools { engine: &self.engine, records: &self.records, deploying: &deploying, seen: &seen };
        carry_out(&tools, item).await
    }

    async fn definition_served(&self, id: &ObjectId) -> Result<(), TargetError> {
        Err(TargetError::Other(format!("{id} cannot be served: one host has no kinds but the built-in ones")))
    }

    async fn write_inventory(
        &self,
        key: &EnvironmentKey,
        inventory: &Inventory,
        version: Option<&str>,
    ) -> Result<String, TargetError> {
        let known = self.records.get(&record::inventory_id(key));
        let written = record::write_inventory(&self.engine, known, key, inventory, version).await?;
        let version = written.version.to_string();
        self.records.put(written);
        Ok(version)
    }

    async fn lock(&self, key: &EnvironmentKey, holder: &str, wait: Duration) -> Result<Box<dyn Lock>, TargetError> {
        self.set_environment(key);
        Ok(Box::new(self.begin(holder, wait).await?))
    }

    async fn watch(&self, request: &WatchRequest<'_>) -> Result<Box<dyn Watch>, TargetError> {
        let deploying = get(&self.deploying).clone();
        match deploying {
            Some(deploying) => {
                let recorded =
                    Recorded::new(&self.engine, &self.records, &deploying, request.key, self.seen().volume_names());
                Ok(Box::new(Watching::new(Arc::clone(&deploying.rollouts), Arc::new(recorded), request)))
            }
            None => Ok(Box::new(Looking::begin(&self.engine, &self.environment(), request).await?)),
        }
    }

    async fn watch_drift(&self, request: &DriftRequest) -> Result<Box<dyn DriftWatch>, TargetError> {
        let own = Self::new(self.engine.clone(), self.program.clone()).in_namespace(self.namespace.clone());
        own.set_environment(&request.key);
        Ok(Box::new(Noticing::begin(own, request)))
    }

    fn rolls_by_itself(&self) -> bool {
        false
    }

    async fn settle(&self) -> Result<(), TargetError> {
        let deploying = get(&self.deploying).take();
        let mut result = Ok(());
        if let Some(deploying) = deploying {
            result = deploying.end().await.map_err(|fault| target_error(&self.engine, fault));
            let recorded = settled::record_ends(&self.engine, &self.records, &deploying.rollouts).await;
            result = result.and(recorded);
        }
        let own = self.own_lock.lock().await.take();
        if let Some(session) = own {
            Box::new(session).release().await;
        }
        result
    }

    async fn tend(&self, key: &EnvironmentKey, holder: &str) -> Result<Tended, TargetError> {
        self.set_environment(key);
        let work = cron::work(&*self.look().await?, self.engine.now());
        let rest = work.rest;
        if work.is_idle() {
            return Ok(Tended { rest, ..Tended::default() });
        }
        let session = match self.begin(holder, Duration::ZERO).await {
            // Whoever deploys may change the CronJobs.
            Err(TargetError::Locked { .. }) => return Ok(Tended { rest: Some(BUSY), ..Tended::default() }),
            begun => begun?,
        };
        // Others may have done it before the lock was taken.
        let work = cron::work(&self.seen(), self.engine.now());
        let deploying = self.deploying().await?;
        let started = cron::tend(&self.engine, &self.records, &deploying, work).await;
        let settled = self.settle().await;
        Box::new(session).release().await;
        let started = started?;
        settled?;
        Ok(cron::told(started, &self.records, rest))
    }

    fn now(&self) -> Timestamp {
        self.engine.now()
    }
}

fn get<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
