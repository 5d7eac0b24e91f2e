//! Connects to an engine, and refuses one that is too old.

use std::{fs, io, path::Path, sync::Arc, time::Duration};

use bollard::{
    API_DEFAULT_VERSION, BollardRequest, Docker,
    errors::Error,
    models::{SystemInfo, SystemVersion},
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::time;

use super::{About, Address, Engine, EngineFault, FaultKind, fault::io_error, settings};

/// The longest that an engine may take to begin its answer, in seconds.
const TIMEOUT: u64 = 120;

/// How many times the engine is asked for its version before what came of it is taken for the answer.
const ATTEMPTS: u32 = 5;

/// How long an answer to that is waited for before it is asked again; the last time, as long as for any other.
const PATIENCE: Duration = Duration::from_secs(5);

/// The oldest API that Landfall works with: Docker 20.10 has it.
const OLDEST: (u32, u32) = (1, 41);

impl Engine {
    /// Connects to an engine.
    ///
    /// # Errors
    /// Where it does not answer, does not let us in, or is too old.
    pub async fn connect(address: &Address) -> Result<Self, EngineFault> {
        let docker = docker(address)?.with_request_modifier(with_url_safe_credentials);
        let fault = |error| EngineFault::of("Asking the engine for its version", error, address);
        let version = version(&docker).await.map_err(fault)?;
        check_version(&version)?;
        let asked = Timestamp::now();
        let info = docker.info().await.map_err(fault)?;
        Ok(Self { docker, about: Arc::new(about(address, version, info, asked)) })
    }
}

/// Asks for the engine's version, again where the connection was gone as the question was to be sent.
///
/// A server refuses a client's certificate only when the client holds the connection for made (RFC 8446, section 2). Mostly
/// the reason comes after the question. Where it comes before, hyper tells only that the connection is gone; and where it
/// comes in the same moment, hyper now and then goes on to wait for an answer.
async fn version(docker: &Docker) -> Result<SystemVersion, Error> {
    for _ in 1..ATTEMPTS {
        match time::timeout(PATIENCE, docker.version()).await {
            Ok(Err(error @ Error::HyperLegacyError { .. })) if io_error(&error).is_none() => {}
            Ok(answer) => return answer,
            Err(_elapsed) => {}
        }
    }
    docker.version().await
}

fn docker(address: &Address) -> Result<Docker, EngineFault> {
    let docker = match address {
        Address::Unix(path) => {
            is_reachable(path, address)?;
            Docker::connect_with_unix(&path.to_string_lossy(), TIMEOUT, API_DEFAULT_VERSION)
        }
        Address::Tcp { host, tls: None } => Docker::connect_with_http(host, TIMEOUT, API_DEFAULT_VERSION),
        Address::Tcp { host, tls: Some(tls) } => {
            // One that is there already serves as well.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let file = |name| tls.folder.join(name);
            Docker::connect_with_ssl(
                host,
                &file("key.pem"),
                &file("cert.pem"),
                &file("ca.pem"),
                TIMEOUT,
                API_DEFAULT_VERSION,
            )
        }
        Address::Ssh(host) => Docker::connect_with_ssh(host, TIMEOUT, API_DEFAULT_VERSION, None),
    };
    docker.map_err(|error| EngineFault::of("Connecting", error, address))
}

/// Whether the socket is there: `connect` alone would not tell a folder that may not be entered from a missing file.
fn is_reachable(path: &Path, address: &Address) -> Result<(), EngineFault> {
    match fs::metadata(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(EngineFault::of_io(&error, address)),
        Err(_) => Err(EngineFault::not_running(address, "there is no such socket")),
        Ok(_) => Ok(()),
    }
}

/// The engine expects the URL-safe alphabet of RFC 4648 in `X-Registry-Auth`, and takes anything else for no
/// credentials; bollard writes the other one.
fn with_url_safe_credentials(mut request: BollardRequest) -> BollardRequest {
    if let Some(value) = request.headers_mut().get_mut("X-Registry-Auth")
        && let Ok(text) = value.to_str()
        && let Ok(mut safe) = text.replace('+', "-").replace('/', "_").try_into()
    {
        std::mem::swap(value, &mut safe);
        value.set_sensitive(true);
    }
    request
}

fn check_version(version: &SystemVersion) -> Result<(), EngineFault> {
    let api = version.api_version.as_deref().unwrap_or_default();
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<u32>().ok());
    let mut parts = api.split('.');
    match (number(parts.next()), number(parts.next())) {
        (Some(major), Some(minor)) if (major, minor) >= OLDEST => Ok(()),
        _ => {
            let own = version.version.as_deref().unwrap_or("unknown");
            let (major, minor) = OLDEST;
            Err(EngineFault::new(
                FaultKind::TooOld,
                format!(
                    "The engine is too old: version {own} has API {api}, and Landfall needs API {major}.{minor} or newer"
                ),
            )
            .remedy("Update it to Docker 20.10 or newer, or to Podman 3.4 or newer"))
        }
    }
}

fn about(address: &Address, version: SystemVersion, info: SystemInfo, asked: Timestamp) -> About {
    let mut unsupported = serde_json::to_value(&info).map(|info| settings::unsupported(&info)).unwrap_or_default();
    let parts = version.components.iter().flatten();
    let is_podman = parts.map(|part| part.name.as_str()).any(|name| name.contains("Podman"));
    if is_podman {
        // It has a limit of its own where none is asked for.
        unsupported.push("PidsLimit".to_owned());
    }
    let id = match info.docker_root_dir {
        // It makes up another id for each answer.
        Some(root) if is_podman => Sha256::digest(root).iter().map(|byte| format!("{byte:02x}")).collect(),
        _ => info.id.unwrap_or_default(),
    };
    let theirs: Option<Timestamp> = info.system_time.and_then(|time| time.parse().ok());
    About {
        address: address.clone(),
        id,
        name: info.name.unwrap_or_default(),
        version: version.version.unwrap_or_default(),
        api: version.api_version.unwrap_or_default(),
        is_podman,
        architecture: version.arch.unwrap_or_default(),
        cpus: info.ncpu.and_then(|cpus| u32::try_from(cpus).ok()).unwrap_or(1),
        memory: info.mem_total.and_then(|memory| u64::try_from(memory).ok()).unwrap_or_default(),
        log_driver: info.logging_driver.unwrap_or_default(),
        unsupported,
        ahead: theirs.map_or(0, |theirs| theirs.as_millisecond() - asked.as_millisecond()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_before_20_10_is_refused() {
        let version = |api: &str| SystemVersion {
            version: Some("19.03.15".into()),
            api_version: Some(api.into()),
            ..SystemVersion::default()
        };
        for api in ["1.41", "1.54", "2.0"] {
            assert_eq!(check_version(&version(api)), Ok(()), "{api}");
        }
        let fault = check_version(&version("1.40")).unwrap_err();
        assert_eq!(fault.kind, FaultKind::TooOld);
        insta::assert_snapshot!(fault.full(), @"The engine is too old: version 19.03.15 has API 1.40, and Landfall needs API 1.41 or newer. Update it to Docker 20.10 or newer, or to Podman 3.4 or newer");
        assert!(check_version(&version("")).is_err());
    }
}
