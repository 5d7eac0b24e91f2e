//! Volumes.

use std::collections::BTreeMap;

use bollard::{
    errors::Error,
    models::{Volume, VolumeCreateRequest},
    query_parameters::{ListVolumesOptionsBuilder, RemoveVolumeOptions},
};

use super::{
    Engine, EngineFault,
    containers::{has_all, label_filter},
};

impl Engine {
    /// The volumes that have all these labels. A label with an empty value counts with any value.
    pub async fn volumes(&self, labels: &[(&str, &str)]) -> Result<Vec<Volume>, EngineFault> {
        let options = ListVolumesOptionsBuilder::default().filters(&label_filter(labels)).build();
        let listed = self.docker.list_volumes(Some(options)).await;
        let mut volumes = listed.map_err(|error| self.fault("Listing the volumes", error))?.volumes.unwrap_or_default();
        volumes.retain(|volume| has_all(&volume.labels, labels));
        Ok(volumes)
    }

    /// One volume; `None` if there is none.
    pub async fn volume(&self, name: &str) -> Result<Option<Volume>, EngineFault> {
        match self.docker.inspect_volume(name).await {
            Ok(volume) => Ok(Some(volume)),
            Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
            Err(error) => Err(self.fault(&format!("Inspecting the volume '{name}'"), error)),
        }
    }

    /// Makes a local volume, or leaves the one that has the name: the answer's labels tell whose it is. `options` are
    /// those of the driver `local`, such as `type=tmpfs`.
    pub async fn create_volume(
        &self,
        name: &str,
        labels: &BTreeMap<String, String>,
        options: &BTreeMap<String, String>,
    ) -> Result<Volume, EngineFault> {
        let own =
            |map: &BTreeMap<String, String>| map.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let request = VolumeCreateRequest {
            name: Some(name.to_owned()),
            driver: Some("local".to_owned()),
            labels: Some(own(labels)),
            driver_opts: Some(own(options)),
            ..VolumeCreateRequest::default()
        };
        let created = self.docker.create_volume(request).await;
        created.map_err(|error| self.fault(&format!("Creating the volume '{name}'"), error))
    }

    /// Removes a volume with what it holds. One that is gone already is no fault.
    pub async fn remove_volume(&self, name: &str) -> Result<(), EngineFault> {
        match self.docker.remove_volume(name, None::<RemoveVolumeOptions>).await {
            Err(Error::DockerResponseServerError { status_code: 404, .. }) | Ok(()) => Ok(()),
            Err(error) => Err(self.fault(&format!("Removing the volume '{name}'"), error)),
        }
    }
}
