//! The network of an environment.

use std::{collections::BTreeMap, net::IpAddr};

use landfall_deploy::environment::EnvironmentKey;

use crate::{
    engine::{Engine, EngineFault, FaultKind},
    pod::Label,
};

/// The name of an environment on an engine: that of its network, and the value of the label of all that is its own.
pub fn environment(key: &EnvironmentKey) -> String {
    format!("{}.{}", key.name, key.namespace)
}

/// Makes the network of an environment, if it is not there, and tells the machine's address in it.
///
/// # Errors
/// Where somebody else has a network of that name, or the engine has no more addresses.
pub async fn ensure(engine: &Engine, environment: &str) -> Result<Option<IpAddr>, EngineFault> {
    if let Some(gateway) = find(engine, environment).await? {
        return Ok(gateway);
    }
    let labels = BTreeMap::from([(Label::Environment.key().to_owned(), environment.to_owned())]);
    match engine.create_network(environment, &labels).await {
        // Another deploy of the environment made it in this moment.
        Err(fault) if fault.kind != FaultKind::NameTaken && fault.kind != FaultKind::State => return Err(fault),
        _ => {}
    }
    Ok(find(engine, environment).await?.flatten())
}

/// The machine's address in the network; the outer `None` where there is no network.
async fn find(engine: &Engine, environment: &str) -> Result<Option<Option<IpAddr>>, EngineFault> {
    let Some(network) = engine.network(environment).await? else { return Ok(None) };
    let is_own =
        network.labels.iter().flatten().any(|(key, value)| key == Label::Environment.key() && value == environment);
    if !is_own {
        return Err(EngineFault::new(
            FaultKind::NameTaken,
            format!("The network '{environment}' was not made by Landfall"),
        )
        .remedy(format!("Remove it (`docker network rm {environment}`), then deploy again")));
    }
    let gateways = network.ipam.and_then(|ipam| ipam.config).unwrap_or_default();
    Ok(Some(gateways.into_iter().find_map(|config| config.gateway?.parse().ok())))
}
