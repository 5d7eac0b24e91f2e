//! Reads an engine: everything that there is of an environment, by few requests at the same time.

use std::collections::{BTreeMap, BTreeSet};

use landfall_core::object::ObjectId;
use landfall_deploy::target::TargetError;

use crate::{
    engine::{Engine, Listed, Volume},
    fault::target_error,
    pod::Label,
    record::{self, Record},
    rollout::{self, PodState},
};

/// What there is.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The environment, as the label of all that is its own has it.
    pub environment: String,
    /// The records of the whole engine.
    pub records: BTreeMap<ObjectId, Record>,
    /// The volumes with older versions of records, by the records' keys.
    pub outdated: BTreeMap<String, Vec<String>>,
    /// The environment's pods, by their UIDs. Nobody has probed them: those that run count as ready.
    pub pods: BTreeMap<String, PodState>,
    /// Everything of the environment that is a container, with proxies and pods.
    pub containers: Vec<Listed>,
    /// All volumes of the engine, but those that are records.
    pub volumes: Vec<Volume>,
    /// The id of the environment's network, if it is there.
    pub network: Option<String>,
}

impl Seen {
    /// The names of the volumes.
    pub fn volume_names(&self) -> BTreeSet<String> {
        self.volumes.iter().map(|volume| volume.name.clone()).collect()
    }

    /// The pods of a workload.
    pub fn pods_of(&self, id: &ObjectId) -> Vec<PodState> {
        let mut pods: Vec<PodState> = self.pods.values().filter(|pod| pod.owner == *id).cloned().collect();
        pods.sort_by(|a, b| a.name.cmp(&b.name));
        pods
    }
}

/// Looks at an environment.
///
/// # Errors
/// Where the engine does not answer, or somebody damaged a record.
pub async fn look(engine: &Engine, environment: &str) -> Result<Seen, TargetError> {
    let own = [(Label::Environment.key(), environment)];
    let (volumes, mut pods, containers, networks) = futures::try_join!(
        engine.volumes(&[]),
        rollout::pods(engine, environment),
        engine.containers(&own),
        engine.networks(&own),
    )
    .map_err(|fault| target_error(engine, fault))?;
    pods.values_mut().for_each(PodState::assume_ready);
    let named = |network: &&crate::engine::Network| network.name.as_deref() == Some(environment);
    Ok(Seen {
        environment: environment.to_owned(),
        records: record::of_volumes(&volumes)?,
        outdated: record::outdated(&volumes),
        pods,
        containers,
        volumes: volumes.into_iter().filter(|volume| !record::is_record(volume)).collect(),
        network: networks.iter().find(named).and_then(|network| network.id.clone()),
    })
}
