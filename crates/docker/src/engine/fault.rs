//! What an engine's error means: a kind, a sentence, and what to do next.

use std::{error::Error as _, fmt, io};

use bollard::errors::Error;

use super::Address;

/// Why an engine did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineFault {
    /// What kind of fault.
    pub kind: FaultKind,
    /// A sentence without a full stop.
    pub message: String,
    /// What to do next, a sentence without a full stop; `None` where the message says it all.
    pub remedy: Option<String>,
}

/// The kinds of faults that callers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The address cannot be used.
    Address,
    /// No engine is running there.
    NotRunning,
    /// It does not answer (any more).
    Unreachable,
    /// The user may not use it.
    Permission,
    /// It is older than API 1.41.
    TooOld,
    /// There is no such container, volume, network or exec session.
    NotFound,
    /// The image is neither on the engine nor in its registry.
    NoSuchImage,
    /// The registry does not let us have the image.
    ImageDenied,
    /// There is no such image for the engine's architecture.
    Architecture,
    /// The registry does not answer.
    Registry,
    /// Something else has the name.
    NameTaken,
    /// Something else has the host port.
    PortTaken,
    /// The engine's disk is full.
    NoSpace,
    /// What was to be removed is in use.
    InUse,
    /// It is not in the state that this needs, such as a container that does not run.
    State,
    /// The engine does not take what it was told.
    Refused,
    /// Anything else.
    Other,
}

/// Words of engines that tell the kind. The first that is part of the message counts: from 20.10 to 29, and Podman's.
const WORDS: &[(&str, FaultKind)] = &[
    ("no space left on device", FaultKind::NoSpace),
    ("disk quota exceeded", FaultKind::NoSpace),
    ("port is already allocated", FaultKind::PortTaken),
    ("address already in use", FaultKind::PortTaken),
    ("ports are not available", FaultKind::PortTaken),
    ("is already in use by container", FaultKind::NameTaken),
    ("name is already in use", FaultKind::NameTaken),
    ("no matching manifest for", FaultKind::Architecture),
    ("does not match the specified platform", FaultKind::Architecture),
    ("no image found in manifest list for architecture", FaultKind::Architecture),
    ("exec format error", FaultKind::Architecture),
    ("manifest unknown", FaultKind::NoSuchImage),
    ("no such container", FaultKind::NotFound),
    ("no such image", FaultKind::NoSuchImage),
    ("image not known", FaultKind::NoSuchImage),
    ("pull access denied", FaultKind::ImageDenied),
    ("unauthorized", FaultKind::ImageDenied),
    ("no basic auth credentials", FaultKind::ImageDenied),
    ("requested access to the resource is denied", FaultKind::ImageDenied),
    ("toomanyrequests", FaultKind::Registry),
    ("failed to do request", FaultKind::Registry),
    ("get \"http", FaultKind::Registry),
    ("head \"http", FaultKind::Registry),
    ("volume is in use", FaultKind::InUse),
    ("volume is being used", FaultKind::InUse),
    ("has active endpoints", FaultKind::InUse),
    ("is already in progress", FaultKind::State),
    ("is not running", FaultKind::State),
];

impl EngineFault {
    /// A fault of a kind, with a sentence without a full stop.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), remedy: None }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The sentence, and what to do next.
    pub fn full(&self) -> String {
        match &self.remedy {
            Some(remedy) => format!("{}. {remedy}", self.message),
            None => self.message.clone(),
        }
    }

    /// Whether what was asked for is not there.
    pub fn is_not_found(&self) -> bool {
        self.kind == FaultKind::NotFound
    }

    /// Whether the engine itself cannot be reached or used, rather than one call failing.
    pub fn is_of_connection(&self) -> bool {
        use FaultKind::{Address, NotRunning, Permission, TooOld, Unreachable};
        matches!(self.kind, Address | NotRunning | Permission | TooOld | Unreachable)
    }

    /// What an error means. `doing` is what was asked, as `Starting the container 'web'`.
    pub(super) fn of(doing: &str, error: Error, address: &Address) -> Self {
        match &error {
            Error::DockerResponseServerError { status_code, message } => Self::answered(doing, *status_code, message),
            Error::DockerStreamError { error } => Self::answered(doing, 500, error),
            Error::SocketNotFoundError(_) => Self::not_running(address, "there is no such socket"),
            Error::RequestTimeoutError => Self::new(
                FaultKind::Unreachable,
                format!("{doing} failed: the engine at {address} did not answer in time"),
            ),
            Error::CertPathError { path } => {
                Self::new(FaultKind::Address, format!("The certificate {} cannot be read", path.display()))
                    .remedy("Put ca.pem, cert.pem and key.pem there, or let DOCKER_CERT_PATH name their folder")
            }
            Error::CertParseError { path } | Error::CertMultipleKeys { path, .. } => {
                Self::new(FaultKind::Address, format!("{} is not one certificate or key in PEM", path.display()))
            }
            _ => match io_error(&error) {
                Some(io) => Self::of_io(io, address),
                None => {
                    let message = format!("{doing} failed at {address}: {}", innermost(&error));
                    Self::new(FaultKind::Unreachable, message).look_at_certificates(address)
                }
            },
        }
    }

    /// What an answer of the engine means.
    fn answered(doing: &str, code: u16, words: &str) -> Self {
        let words = words.trim().trim_end_matches('.');
        let lower = words.to_lowercase();
        let known = WORDS.iter().find(|(part, _)| lower.contains(part)).map(|(_, kind)| *kind);
        let kind = known.unwrap_or(match code {
            400 => FaultKind::Refused,
            401 | 403 => FaultKind::Permission,
            404 => FaultKind::NotFound,
            409 => FaultKind::State,
            _ => FaultKind::Other,
        });
        let fault = Self::new(kind, format!("{doing} failed: {words}"));
        match kind {
            FaultKind::NoSpace => fault.remedy(
                "Make room on the engine's disk: `docker system df` says what takes it, `docker image prune` removes images that nobody uses",
            ),
            FaultKind::PortTaken => fault.remedy(
                "Stop what listens there (`ss --listening --tcp --processes` on the host says what it is), or choose another port in the manifest",
            ),
            FaultKind::NameTaken => fault.remedy("Rename or remove the container that has the name; Landfall does not touch containers that it did not make"),
            FaultKind::NoSuchImage => fault.remedy("Check the image's name and tag in the manifest, or put the image onto the engine (`docker load`, `docker build`)"),
            FaultKind::ImageDenied => fault.remedy("Check the image's name, and that `imagePullSecrets` names a Secret with the registry's credentials"),
            FaultKind::Architecture => fault.remedy("Build the image for the engine's architecture, or use one that is there for it"),
            FaultKind::Registry => fault.remedy("Check that the engine's machine can reach the registry, then run the command again"),
            _ => fault,
        }
    }

    /// What an error of the connection means.
    pub(super) fn of_io(error: &io::Error, address: &Address) -> Self {
        match (error.kind(), address) {
            (io::ErrorKind::PermissionDenied, Address::Unix(path)) => Self::new(
                FaultKind::Permission,
                format!("You may not use the engine's socket {}", path.display()),
            )
            .remedy("Ask for membership of its group (`sudo usermod --append --groups docker $USER`, then log in again), or use `ssh://` to a user who has it"),
            (io::ErrorKind::ConnectionRefused, _) => Self::not_running(address, "nothing listens there"),
            (io::ErrorKind::NotFound, _) => Self::not_running(address, "there is no such socket"),
            _ => Self::new(FaultKind::Unreachable, format!("The engine at {address} cannot be reached: {error}"))
                .look_at_certificates(address),
        }
    }

    /// With the remedy for an engine behind TLS, where a fault of the connection may well be one of certificates.
    fn look_at_certificates(self, address: &Address) -> Self {
        match address {
            Address::Tcp { tls: Some(tls), .. } => self.remedy(format!(
                "If that is about certificates, check that ca.pem, cert.pem and key.pem in {} are those for this engine",
                tls.folder.display()
            )),
            _ => self,
        }
    }

    /// No engine runs there.
    pub(super) fn not_running(address: &Address, why: &str) -> Self {
        let remedy = match address {
            Address::Unix(_) => {
                "Start it (`sudo systemctl start docker`), or let DOCKER_HOST say where the engine is: unix:///path/of/the.sock, tcp://host:port or ssh://user@host"
            }
            _ => "Start it there, or let DOCKER_HOST say where the engine is",
        };
        Self::new(FaultKind::NotRunning, format!("No Docker engine is running at {address}: {why}")).remedy(remedy)
    }
}

/// The error of the operating system that is behind another one.
pub(super) fn io_error(error: &Error) -> Option<&io::Error> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    let mut found = None;
    while let Some(error) = cause {
        found = error.downcast_ref::<io::Error>().or(found);
        cause = error.source();
    }
    found
}

/// The words of the first cause: what wraps it says only that something failed.
fn innermost(error: &Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = error.to_string();
        cause = error.source();
    }
    words
}

impl fmt::Display for EngineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EngineFault {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages as engines 20.10 to 28 and Podman 4 write them.
    #[test]
    fn the_kind_is_read_from_the_engines_words() {
        use FaultKind::*;
        for (code, words, kind) in [
            (
                500,
                "driver failed programming external connectivity on endpoint x (3f): Bind for 0.0.0.0:8080 failed: port is already allocated",
                PortTaken,
            ),
            (
                500,
                "driver failed programming external connectivity on endpoint x (3f): Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use",
                PortTaken,
            ),
            (
                500,
                "failed to set up container networking: driver failed programming external connectivity on endpoint x: failed to bind host port for 0.0.0.0:80:172.17.0.2:80/tcp: address already in use",
                PortTaken,
            ),
            (
                409,
                "Conflict. The container name \"/x\" is already in use by container \"6d\". You have to remove (or rename) that container to be able to reuse that name.",
                NameTaken,
            ),
            (
                500,
                "creating container storage: the container name \"x\" is already in use by 6d. You have to remove that container to be able to reuse that name: that name is already in use",
                NameTaken,
            ),
            (404, "No such container: x", NotFound),
            (500, "container 6d does not exist in database: no such container", NotFound),
            (404, "network x not found", NotFound),
            (404, "get x: no such volume", NotFound),
            (404, "No such image: shop/web:v9", NoSuchImage),
            (404, "manifest for shop/web:v9 not found: manifest unknown: manifest unknown", NoSuchImage),
            (
                404,
                "pull access denied for shop/web, repository does not exist or may require 'docker login': denied",
                ImageDenied,
            ),
            (500, "no matching manifest for linux/arm64/v8 in the manifest list entries", Architecture),
            (
                500,
                "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host",
                Registry,
            ),
            (500, "write /var/lib/docker/tmp/x: no space left on device", NoSpace),
            (409, "remove x: volume is in use - [6d]", InUse),
            (403, "error while removing network: network x id 1 has active endpoints", InUse),
            (409, "Container 6d is not running", State),
            (400, "invalid reference format", Refused),
            (500, "something new", Other),
        ] {
            assert_eq!(EngineFault::answered("It", code, words).kind, kind, "{words}");
        }
    }
}
