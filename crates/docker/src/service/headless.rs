//! Headless Services: their names are aliases of the pods that they select. A new pod gets them when it is made.

use std::collections::BTreeSet;

use serde_json::Value;

use super::object::{identity, selects};
use crate::{
    engine::EngineFault,
    pod::service_aliases,
    rollout::{self, ContainerState},
    site::Site,
};

/// Gives the Service's names to the pods that run and do not have them: they were there before the Service. The engine
/// can only do that by connecting them to the network anew, which is told.
pub async fn join(site: &Site, service: &Value) -> Result<Vec<String>, EngineFault> {
    let (namespace, name) = identity(service);
    let names = service_aliases(name, namespace);
    let mut joined = Vec::new();
    for pod in rollout::pods(&site.engine, &site.environment).await?.into_values() {
        let labels = pod.spec.labels.clone();
        let is_meant = pod.namespace == namespace
            && selects(service, &labels)
            && pod.made["spec"]["hostNetwork"] != true
            && pod.containers.values().any(ContainerState::is_running);
        if !is_meant {
            continue;
        }
        let host = pod.host();
        let inspect = site.engine.inspect(&host).await?;
        let Some(own) = aliases(&inspect, &site.network) else { continue };
        if names.iter().all(|name| own.contains(name)) {
            continue;
        }
        let all: Vec<String> = own.into_iter().chain(names.clone()).collect::<BTreeSet<_>>().into_iter().collect();
        site.engine.disconnect_network(&site.network, &host).await?;
        site.engine.connect_network(&site.network, &host, &all).await?;
        joined.push(pod.name);
    }
    Ok(match joined.is_empty() {
        true => Vec::new(),
        false => vec![format!(
            "To give them the name of the headless Service {name}, these pods were connected to the network anew, which cut their open connections: {}",
            joined.join(", ")
        )],
    })
}

/// The names of a container in a network, without that which the engine makes of its id; `None` if it is not in it.
fn aliases(inspect: &Value, network: &str) -> Option<Vec<String>> {
    let id = inspect["Id"].as_str().unwrap_or_default();
    let endpoint = inspect["NetworkSettings"]["Networks"].get(network)?;
    let all = endpoint["Aliases"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Some(all.filter(|alias| !id.starts_with(alias)).map(str::to_owned).collect())
}
