//! What is recorded, for the watch of a deploy.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use landfall_core::inventory::Latest;
use landfall_deploy::{environment::EnvironmentKey, target::TargetError};
use serde_json::Value;

use super::Records as WatchedRecords;
use crate::{
    deploying::Deploying,
    engine::Engine,
    record::{self, Records},
    rollout::Workload,
    status::{self, Places},
};

/// The records of a deploy.
pub struct Recorded {
    engine: Engine,
    records: Arc<Records>,
    deploying: Arc<Deploying>,
    key: Option<EnvironmentKey>,
    /// The volumes that were there before.
    volumes: BTreeSet<String>,
}

impl Recorded {
    /// Those of an environment. `volumes` are those of the engine when it was last looked at.
    pub fn new(
        engine: &Engine,
        records: &Arc<Records>,
        deploying: &Arc<Deploying>,
        key: Option<&EnvironmentKey>,
        volumes: BTreeSet<String>,
    ) -> Self {
        Self {
            engine: engine.clone(),
            records: Arc::clone(records),
            deploying: Arc::clone(deploying),
            key: key.cloned(),
            volumes,
        }
    }
}

#[async_trait]
impl WatchedRecords for Recorded {
    fn documents(&self) -> Vec<Value> {
        let mut volumes = self.volumes.clone();
        volumes.extend(self.deploying.claims());
        documents(&self.records, &self.deploying.site.environment, &volumes, &self.engine.about().name)
    }

    async fn latest(&self) -> Result<Option<(Latest, String)>, TargetError> {
        let Some(key) = &self.key else { return Ok(None) };
        let records = record::read_all(&self.engine).await?;
        let version = records.get(&record::inventory_id(key)).map(|record| record.version.to_string());
        Ok(record::latest(&records, key).zip(version))
    }
}

/// The records of an environment as an API server would show them; workloads without their status.
fn documents(records: &Records, environment: &str, volumes: &BTreeSet<String>, host: &str) -> Vec<Value> {
    let places = Places { volumes, host };
    let all = records.all();
    let objects = all.values().filter(|record| record.environment == environment && !record::is_inventory(&record.id));
    objects
        .map(|record| {
            let mut document = record.shown();
            if !Workload::is_kind(&record.id.kind) {
                status::add(&record.id, &mut document, &places);
            }
            document
        })
        .collect()
}
