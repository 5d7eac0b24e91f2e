//! Makes the HTTP entry what the Ingresses ask for.

use landfall_proxy::config::{Config, IngressConfig};
use serde_json::Value;

use super::{
    config::{HTTP, HTTPS, config},
    ports::{Ports, ports},
};
use crate::{
    engine::{EngineFault, FaultKind, Listed},
    pod::{HostPort, Protocol, Sources},
    proxies::{self, Control, Made, ProxySpec, Refusal},
    site::Site,
};

/// Makes the environment's HTTP entry what its Ingresses ask for, all of them together; without any it is removed. Call
/// it when an Ingress has changed, or a Service or Secret that one names; `sources` has them. The answer is what users
/// should know.
///
/// # Errors
/// What the engine says; a port of the host that is taken with who has it; a certificate that cannot be used.
pub async fn ensure(
    site: &Site,
    ingresses: &[&Value],
    sources: &(dyn Sources + Send + Sync),
) -> Result<Vec<String>, EngineFault> {
    if ingresses.is_empty() {
        proxies::remove(site, &name(site)).await?;
        return Ok(Vec::new());
    }
    let spec = spec(site, ports(ingresses)?);
    let (config, mut notes) = config(ingresses, sources);
    let mut made = proxies::ensure(site, &spec, &Config::Ingress(config.clone())).await?;
    if let Err(refusal) = set(site, &spec, &config).await? {
        if !proxies::is_of_other_image(site, &spec.name).await? {
            return Err(refused(&spec, &refusal));
        }
        // One of another version may not know what this one says.
        made = Made::Replaced(proxies::renew(site, &spec, &Config::Ingress(config.clone())).await?);
        set(site, &spec, &config).await?.map_err(|refusal| refused(&spec, &refusal))?;
    }
    if let Made::Replaced(gap) = made
        && !gap.is_zero()
    {
        notes.push(format!(
            "The HTTP entry was made anew, since published ports cannot be changed: new connections were refused for {:.1} s",
            gap.as_secs_f64()
        ));
    }
    Ok(notes)
}

/// How the HTTP entry differs from what the Ingresses ask for; empty if it does not. `containers` are those of the
/// environment.
pub fn drift(site: &Site, ingresses: &[&Value], containers: &[Listed]) -> Vec<String> {
    match ports(ingresses) {
        Ok(ports) if !ingresses.is_empty() => proxies::drift(&spec(site, ports), containers),
        // What cannot be had is told when it is to be made.
        _ => Vec::new(),
    }
}

fn name(site: &Site) -> String {
    format!("ingress.{}", site.environment)
}

fn spec(site: &Site, ports: Ports) -> ProxySpec {
    let tcp =
        |host_port, container_port| HostPort { address: None, host_port, container_port, protocol: Protocol::Tcp };
    let https = ports.https.map(|port| tcp(port, HTTPS));
    ProxySpec {
        name: name(site),
        labels: site.labels("ingress"),
        aliases: Vec::new(),
        published: [tcp(ports.http, HTTP)].into_iter().chain(https).collect(),
    }
}

/// Puts a configuration in force.
async fn set(site: &Site, spec: &ProxySpec, config: &IngressConfig) -> Result<Result<(), Refusal>, EngineFault> {
    let control = Control::open(&site.engine, &spec.name).await?;
    let revision = control.view().revision.unwrap_or_default() + 1;
    let config = Config::Ingress(IngressConfig { revision, ..config.clone() });
    Ok(control.set(config).await)
}

fn refused(spec: &ProxySpec, refusal: &Refusal) -> EngineFault {
    let why = match refusal {
        Refusal::Refused(reason) => reason.clone(),
        Refusal::Closed => "its control session broke off".to_owned(),
    };
    EngineFault::new(FaultKind::Refused, format!("The HTTP entry '{}' cannot be changed: {why}", spec.name))
}
