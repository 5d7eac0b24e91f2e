//! Networks.

use std::collections::BTreeMap;

use bollard::{
    errors::Error,
    models::{
        EndpointSettings, Network, NetworkConnectRequest, NetworkCreateRequest, NetworkDisconnectRequest,
        NetworkInspect,
    },
    query_parameters::{InspectNetworkOptions, ListNetworksOptionsBuilder},
};

use super::{
    Engine, EngineFault,
    containers::{has_all, label_filter},
};

impl Engine {
    /// The networks that have all these labels. A label with an empty value counts with any value.
    pub async fn networks(&self, labels: &[(&str, &str)]) -> Result<Vec<Network>, EngineFault> {
        let options = ListNetworksOptionsBuilder::default().filters(&label_filter(labels)).build();
        let listed = self.docker.list_networks(Some(options)).await;
        let mut networks = listed.map_err(|error| self.fault("Listing the networks", error))?;
        networks.retain(|network| network.labels.as_ref().is_some_and(|own| has_all(own.iter(), labels)));
        Ok(networks)
    }

    /// A network by its name or id; `None` if there is none.
    pub async fn network(&self, name: &str) -> Result<Option<NetworkInspect>, EngineFault> {
        match self.docker.inspect_network(name, None::<InspectNetworkOptions>).await {
            Ok(network) => Ok(Some(network)),
            Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
            Err(error) => Err(self.fault(&format!("Inspecting the network '{name}'"), error)),
        }
    }

    /// Makes a bridge network, and tells its id.
    pub async fn create_network(&self, name: &str, labels: &BTreeMap<String, String>) -> Result<String, EngineFault> {
        let request = NetworkCreateRequest {
            name: name.to_owned(),
            driver: Some("bridge".to_owned()),
            labels: Some(labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect()),
            ..NetworkCreateRequest::default()
        };
        let created = self.docker.create_network(request).await;
        created.map(|created| created.id).map_err(|error| {
            let fault = self.fault(&format!("Creating the network '{name}'"), error);
            if fault.message.contains("address pool") {
                return fault.remedy("Remove networks that nobody uses (`docker network prune`), or give the engine more addresses (`default-address-pools` in its daemon.json)");
            }
            fault
        })
    }

    /// Removes a network. One that is gone already is no fault.
    pub async fn remove_network(&self, name: &str) -> Result<(), EngineFault> {
        match self.docker.remove_network(name).await {
            Err(Error::DockerResponseServerError { status_code: 404, .. }) | Ok(()) => Ok(()),
            Err(error) => Err(self.fault(&format!("Removing the network '{name}'"), error)),
        }
    }

    /// Connects a container to a network, under further names.
    pub async fn connect_network(&self, network: &str, container: &str, aliases: &[String]) -> Result<(), EngineFault> {
        let endpoint = EndpointSettings { aliases: Some(aliases.to_vec()), ..EndpointSettings::default() };
        let request = NetworkConnectRequest { container: container.to_owned(), endpoint_config: Some(endpoint) };
        let connected = self.docker.connect_network(network, request).await;
        connected.map_err(|error| {
            self.fault(&format!("Connecting the container '{container}' to the network '{network}'"), error)
        })
    }

    /// Disconnects a container from a network, whether or not it runs.
    pub async fn disconnect_network(&self, network: &str, container: &str) -> Result<(), EngineFault> {
        let request = NetworkDisconnectRequest { container: container.to_owned(), force: Some(true) };
        let disconnected = self.docker.disconnect_network(network, request).await;
        disconnected.map_err(|error| {
            self.fault(&format!("Disconnecting the container '{container}' from the network '{network}'"), error)
        })
    }
}
