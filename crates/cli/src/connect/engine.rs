//! From flags, environment variables and `landfall.yaml` to a Docker engine.

use std::{env, path::PathBuf};

use landfall_deploy::config::{DockerConfig, Reference};
use landfall_docker::{
    DockerTarget,
    engine::{Address, DEFAULT, Engine, Tls},
};

use super::variable;
use crate::{args::ConnectArgs, error::CommandError, xdg};

/// This program: Service proxies run it.
const PROGRAM: &str = "/proc/self/exe";

/// Connects to the engine: that of `--docker=HOST`, of `landfall.yaml`, of `DOCKER_HOST`, or this machine's.
pub(super) async fn connect(args: &ConnectArgs, config: &DockerConfig) -> Result<DockerTarget, CommandError> {
    let given = args.docker.clone().filter(|host| !host.is_empty()).or_else(|| config.host.clone());
    let host = given.or_else(|| text("DOCKER_HOST")).unwrap_or_else(|| DEFAULT.to_owned());
    let address = Address::parse(&host, tls(config, &host)?)?;
    let engine = Engine::connect(&address).await?;
    let target = DockerTarget::new(engine, PathBuf::from(PROGRAM));
    Ok(match args.namespace.as_ref().or(config.namespace.as_ref()) {
        Some(namespace) => target.in_namespace(namespace),
        None => target,
    })
}

/// The certificates, by the docker command's own rules where `landfall.yaml` names none.
/// Source: <https://docs.docker.com/reference/cli/docker/#environment-variables>.
fn tls(config: &DockerConfig, host: &str) -> Result<Option<Tls>, CommandError> {
    let folder = match &config.certificates {
        Some(Reference::File(path)) => Some(path.clone()),
        Some(Reference::Env(name)) => {
            Some(variable(name, "the engine's certificates", "to the folder with ca.pem, cert.pem and key.pem")?.into())
        }
        None if text("DOCKER_TLS_VERIFY").is_some() || host.starts_with("https://") => {
            text("DOCKER_CERT_PATH").map(PathBuf::from).or_else(|| xdg::home().map(|home| home.join(".docker")))
        }
        None => None,
    };
    Ok(folder.map(|folder| Tls { folder }))
}

/// An environment variable that is set to something.
fn text(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
