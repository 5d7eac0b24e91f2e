//! Certificates, by the name that a client asks for.

use std::collections::HashMap;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::Certificate;

/// Refuses certificates that cannot be used.
///
/// # Errors
///
/// A sentence, without anything of a key.
pub(crate) fn check_certificates(certificates: &[Certificate]) -> Result<(), String> {
    certificates.iter().try_for_each(|certificate| certified(certificate).map(|_| ()))
}

/// What a server needs for its handshakes.
pub(super) fn server(certificates: &[Certificate]) -> Result<Arc<ServerConfig>, String> {
    let mut names = Names::default();
    for certificate in certificates {
        let key = Arc::new(certified(certificate)?);
        if certificate.hosts.is_empty() {
            names.default.get_or_insert(Arc::clone(&key));
        }
        for host in &certificate.hosts {
            names.hosts.entry(host.to_ascii_lowercase()).or_insert_with(|| Arc::clone(&key));
        }
    }
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be used: {error}."))?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(names));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn certified(certificate: &Certificate) -> Result<CertifiedKey, String> {
    let secret = &certificate.secret;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate.chain.as_bytes()).collect();
    let chain =
        chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| format!("{secret} has no certificate in PEM."))?;
    let key = PrivateKeyDer::from_pem_slice(certificate.key.0.as_bytes())
        .map_err(|_| format!("{secret} has no private key in PEM."))?;
    CertifiedKey::from_der(chain, key, &default_provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            format!("The private key in {secret} does not belong to its certificate.")
        }
        _ => format!("The certificate or the private key in {secret} is of a kind that cannot be used."),
    })
}

#[derive(Debug, Default)]
struct Names {
    hosts: HashMap<String, Arc<CertifiedKey>>,
    default: Option<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Names {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let of_name = hello.server_name().and_then(|name| {
            let name = name.to_ascii_lowercase();
            let wildcard = || name.split_once('.').map(|(_, parent)| format!("*.{parent}"));
            self.hosts.get(&name).or_else(|| self.hosts.get(&wildcard()?))
        });
        of_name.or(self.default.as_ref()).cloned()
    }
}
