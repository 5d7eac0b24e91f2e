//! Where an engine is: the forms of `DOCKER_HOST`.

use std::{fmt, path::PathBuf};

use super::{EngineFault, FaultKind};

/// Where an engine is asked for if nobody says so.
pub const DEFAULT: &str = "unix:///var/run/docker.sock";

/// The address of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `unix:///var/run/docker.sock`: a socket of this machine. Podman's is one, too.
    Unix(PathBuf),
    /// `tcp://host:2376`, also with `http://` and `https://` in front.
    Tcp {
        /// `host:port`.
        host: String,
        /// The certificates; without them everybody in the network can read along.
        tls: Option<Tls>,
    },
    /// `ssh://user@host`: as the `ssh` program connects, with its configuration; `docker system dial-stdio` runs there.
    Ssh(String),
}

/// The certificates of a connection, PEM: `ca.pem`, `cert.pem` and `key.pem` of `DOCKER_CERT_PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The folder that holds the three.
    pub folder: PathBuf,
}

impl Address {
    /// Reads the value of `DOCKER_HOST`. `tls` is what `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` say; only TCP needs it.
    ///
    /// # Errors
    /// Where the form is none of those that Landfall can reach.
    pub fn parse(text: &str, tls: Option<Tls>) -> Result<Self, EngineFault> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("tcp", text));
        let without_path = rest.trim_end_matches('/');
        match scheme {
            _ if without_path.is_empty() => Err(malformed(text, "it names no host and no socket")),
            "unix" => Ok(Self::Unix(PathBuf::from(rest))),
            "tcp" | "http" | "https" => {
                if without_path.contains('/') {
                    return Err(malformed(text, "an engine behind a path cannot be reached"));
                }
                if scheme == "https" && tls.is_none() {
                    return Err(malformed(text, "it asks for TLS, but DOCKER_CERT_PATH names no certificates"));
                }
                let port = if tls.is_some() { 2376 } else { 2375 };
                Ok(Self::Tcp { host: with_port(without_path, port), tls })
            }
            "ssh" => {
                let host = without_path.strip_suffix(":22").unwrap_or(without_path);
                // The connection is made by a library that takes the port for a part of the name.
                if host.rsplit_once(']').map_or(host, |(_, after)| after).contains(':') {
                    let why = "a port of ssh cannot be given here; write it into the configuration of ssh (`Port`), for a \
                               name of its own (`Host`), and take that name";
                    return Err(malformed(text, why));
                }
                Ok(Self::Ssh(host.to_owned()))
            }
            "npipe" => Err(malformed(text, "named pipes are Windows' own; use tcp:// or ssh://")),
            other => Err(malformed(text, &format!("Landfall does not know '{other}://'"))),
        }
    }

    /// Whether the engine is reached through a socket of this machine.
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Unix(_))
    }
}

/// The host with a port, if it has none; an IPv6 address has colons of its own.
fn with_port(host: &str, port: u16) -> String {
    let after_address = host.rsplit_once(']').map_or(host, |(_, after)| after);
    if after_address.contains(':') { host.to_owned() } else { format!("{host}:{port}") }
}

fn malformed(text: &str, why: &str) -> EngineFault {
    EngineFault::new(FaultKind::Address, format!("The engine's address '{text}' cannot be used: {why}")).remedy(
        "Set DOCKER_HOST to unix:///path/of/the.sock, tcp://host:port or ssh://user@host, or unset it for this machine's engine",
    )
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { host, .. } => write!(f, "tcp://{host}"),
            Self::Ssh(host) => write!(f, "ssh://{host}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_docker_host() {
        let tls = || Some(Tls { folder: "/certs".into() });
        let said = |text: &str, tls: Option<Tls>| match Address::parse(text, tls) {
            Ok(address) => address.to_string(),
            Err(fault) => fault.message,
        };
        for (text, tls, expected) in [
            ("unix:///var/run/docker.sock", None, "unix:///var/run/docker.sock"),
            ("tcp://build", None, "tcp://build:2375"),
            ("tcp://build:4000/", tls(), "tcp://build:4000"),
            ("tcp://[::1]", tls(), "tcp://[::1]:2376"),
            ("https://build", tls(), "tcp://build:2376"),
            ("build:2375", None, "tcp://build:2375"),
            ("ssh://deploy@build:22", None, "ssh://deploy@build"),
            (
                "ssh://deploy@build:2222",
                None,
                "The engine's address 'ssh://deploy@build:2222' cannot be used: a port of ssh cannot be given here; write it into the configuration of ssh (`Port`), for a name of its own (`Host`), and take that name",
            ),
            (
                "https://build",
                None,
                "The engine's address 'https://build' cannot be used: it asks for TLS, but DOCKER_CERT_PATH names no certificates",
            ),
            (
                "tcp://build/docker",
                None,
                "The engine's address 'tcp://build/docker' cannot be used: an engine behind a path cannot be reached",
            ),
            ("unix://", None, "The engine's address 'unix://' cannot be used: it names no host and no socket"),
            (
                "npipe:////./pipe/docker_engine",
                None,
                "The engine's address 'npipe:////./pipe/docker_engine' cannot be used: named pipes are Windows' own; use tcp:// or ssh://",
            ),
            ("fd://3", None, "The engine's address 'fd://3' cannot be used: Landfall does not know 'fd://'"),
        ] {
            assert_eq!(said(text, tls), expected, "{text}");
        }
    }
}
