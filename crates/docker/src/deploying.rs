//! What a deploy has while it holds the environment's lock: everything that makes records true.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use landfall_core::object::ObjectId;
use landfall_deploy::target::TargetError;
use serde_json::Value;

use crate::{
    Site,
    check::facts,
    cron,
    engine::{Engine, EngineFault},
    fault::target_error,
    image, ingress,
    lock::Agent,
    network,
    record::{Record, Records},
    rollout::{Around, Rollouts, Workload},
    service::Services,
    sources,
    volume::{self, PodVolumes},
};

/// A deploy of an environment.
pub struct Deploying {
    /// Where it is.
    pub site: Site,
    /// Its workloads.
    pub rollouts: Arc<Rollouts>,
    services: Arc<Services>,
    volumes: Arc<PodVolumes>,
    /// The volumes of claims that were made.
    claims: Mutex<Vec<String>>,
    /// One at a time makes the HTTP entry.
    entry_turn: tokio::sync::Mutex<()>,
}

/// Makes sure of what everything else needs: Landfall's image, and the environment's network.
///
/// # Errors
/// What the engine says.
pub async fn prepare(engine: &Engine, environment: &str, program: &Path) -> Result<Site, TargetError> {
    let prepared = futures::try_join!(image::ensure(engine, program), network::ensure(engine, environment));
    let (image, host_address) = prepared.map_err(|fault| target_error(engine, fault))?;
    Ok(Site {
        engine: engine.clone(),
        environment: environment.to_owned(),
        network: environment.to_owned(),
        image,
        host_address,
    })
}

impl Deploying {
    /// Begins with what is recorded and what runs. Nothing is changed, but that what is left of pods that are gone is
    /// removed.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn begin(site: Site, agent: Agent, records: &Records) -> Result<Self, TargetError> {
        let all = records.all();
        let own = all.values().filter(|record| record.environment == site.environment);
        let own_services = own.filter(|record| record.id.group.is_empty() && record.id.kind == "Service");
        let own_services: Vec<Value> = own_services.map(Record::shown).collect();
        let fault = |fault| target_error(&site.engine, fault);
        let volumes = Arc::new(PodVolumes::new(site.clone(), Arc::new(sources::objects(&all))));
        let services = Arc::new(Services::begin(site.clone(), own_services).await.map_err(fault)?);
        let around = Around {
            engine: site.engine.clone(),
            environment: site.environment.clone(),
            network: site.network.clone(),
            image: site.image.clone(),
            facts: facts(site.engine.about()),
            host_address: site.host_address,
            traffic: services.clone(),
            volumes: volumes.clone(),
            asker: Arc::new(agent),
        };
        let rollouts = Arc::new(Rollouts::begin(around).await.map_err(fault)?);
        Ok(Self {
            site,
            rollouts,
            services,
            volumes,
            claims: Mutex::default(),
            entry_turn: tokio::sync::Mutex::default(),
        })
    }

    /// What has to be done before a change is recorded: whoever is killed in between does it again then.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn before(&self, records: &Records, new: &Record) -> Result<Vec<String>, EngineFault> {
        if !is_source(&new.id) {
            return Ok(Vec::new());
        }
        let objects = sources::with(&records.all(), new);
        let namespace = new.id.namespace.as_deref().unwrap_or_default();
        self.volumes.refresh(&new.id.kind, namespace, &new.id.name, &*objects).await
    }

    /// Makes a record true. A workload is only started: the rollouts tell how far it is. `workload` has what is to be
    /// replaced of it.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn after(
        &self,
        records: &Records,
        new: &Record,
        workload: Option<Workload>,
    ) -> Result<Vec<String>, EngineFault> {
        let objects = Arc::new(sources::objects(&records.all()));
        self.volumes.set_sources(objects.clone());
        if let Some(workload) = workload {
            self.rollouts.start(workload, objects).await;
            return Ok(Vec::new());
        }
        let shown = new.shown();
        match (new.id.group.as_str(), new.id.kind.as_str()) {
            ("", "Service") => {
                let mut notes = self.services.ensure(&shown).await?;
                notes.extend(self.entry(records, None).await?);
                Ok(notes)
            }
            ("", "Secret") | ("networking.k8s.io", "Ingress") => self.entry(records, None).await,
            ("", "PersistentVolumeClaim") => {
                let namespace = new.id.namespace.as_deref().unwrap_or_default();
                let volumes = crate::pod::Sources::persistent_volumes(&*objects);
                let at = volume::ensure_claim(&self.site, &shown, namespace, &volumes).await?;
                if let crate::pod::VolumeAt::Named { name, .. } = at {
                    self.claims.lock().unwrap_or_else(PoisonError::into_inner).push(name);
                }
                Ok(Vec::new())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Removes what makes an object true. Its record is removed after it: whoever is killed in between removes the rest
    /// then.
    ///
    /// # Errors
    /// What could not be removed.
    pub async fn remove(&self, records: &Records, id: &ObjectId) -> Result<(), TargetError> {
        let namespace = id.namespace.as_deref().unwrap_or_default();
        let fault = |fault| target_error(&self.site.engine, fault);
        if Workload::is_kind(&id.kind) {
            return self.rollouts.remove(id).await.map_err(|pods| {
                let why = self.rollouts.take_warnings().join("; ");
                TargetError::Other(format!(
                    "{id} was not removed, since its pods could not be: {} ({why})",
                    pods.join(", ")
                ))
            });
        }
        match (id.group.as_str(), id.kind.as_str()) {
            ("", "Service") => self.services.remove(namespace, &id.name).await.map_err(fault),
            ("networking.k8s.io", "Ingress") => self.entry(records, Some(id)).await.map(drop).map_err(fault),
            ("", "PersistentVolumeClaim") => volume::remove_claim(&self.site, &id.name, namespace).await.map_err(fault),
            ("batch", "CronJob") => {
                let all = records.all();
                let jobs = all.get(id).map(|cron| cron::owned(&all, &cron.uid)).unwrap_or_default();
                for job in jobs {
                    Box::pin(cron::remove(&self.site.engine, records, self, &job.id)).await?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Makes the HTTP entry what the Ingresses ask for, but the one that is about to be removed.
    async fn entry(&self, records: &Records, removed: Option<&ObjectId>) -> Result<Vec<String>, EngineFault> {
        // Each asks for all that is recorded by then: the last one is right.
        let _turn = self.entry_turn.lock().await;
        let all = records.all();
        let own = sources::ingresses(&all, &self.site.environment);
        let ingresses: Vec<Value> = own.filter(|record| Some(&record.id) != removed).map(Record::shown).collect();
        if ingresses.is_empty() && removed.is_none() {
            return Ok(Vec::new());
        }
        let ingresses: Vec<&Value> = ingresses.iter().collect();
        ingress::ensure(&self.site, &ingresses, &sources::objects(&all)).await
    }

    /// The volumes of claims that were made.
    pub fn claims(&self) -> Vec<String> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends what is under way at a safe point.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn end(&self) -> Result<(), EngineFault> {
        self.rollouts.end().await;
        self.services.finish().await
    }

    /// What did not work and users should know, since the last time.
    pub fn take_warnings(&self) -> Vec<String> {
        let mut warnings = self.rollouts.take_warnings();
        warnings.extend(self.services.take_warnings());
        warnings
    }
}

/// Whether pods have files of it.
fn is_source(id: &ObjectId) -> bool {
    id.group.is_empty() && matches!(id.kind.as_str(), "ConfigMap" | "Secret")
}
