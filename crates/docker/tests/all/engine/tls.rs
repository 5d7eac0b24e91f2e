//! An engine far away: TCP with TLS, and a certificate on both sides, as `dockerd --tlsverify` has it.

use std::{fs, path::Path, sync::Arc};

use landfall_docker::engine::{Address, ContainerCreateBody, Engine, Exec, Part, Tls};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::net::{TcpListener, UnixStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
        server::WebPkiClientVerifier,
    },
};

use super::faults::engine;

/// Certificates of an authority of its own in a folder: for the client as `DOCKER_CERT_PATH` has them, for the server
/// with `server-` in front.
fn certificates(folder: &Path) {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    fs::write(folder.join("ca.pem"), authority.self_signed(&key).unwrap().pem()).unwrap();
    let issuer = Issuer::new(authority, key);
    for (prefix, name) in [("", "client"), ("server-", "127.0.0.1")] {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        fs::write(folder.join(format!("{prefix}cert.pem")), certificate.pem()).unwrap();
        fs::write(folder.join(format!("{prefix}key.pem")), key.serialize_pem()).unwrap();
    }
}

/// What `dockerd --tlsverify` does with the certificates in a folder, before an engine's socket; tells its port.
async fn serve(folder: &Path, socket: std::path::PathBuf) -> u16 {
    let certificate = |name: &str| CertificateDer::from_pem_file(folder.join(name)).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate("ca.pem")).unwrap();
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("server-key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate("server-cert.pem")], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, socket) = (acceptor.clone(), socket.clone());
            tokio::spawn(async move {
                // Whoever is not let in has gone by then.
                let Ok(mut client) = acceptor.accept(stream).await else { return };
                let mut engine = UnixStream::connect(socket).await.unwrap();
                let _ended = tokio::io::copy_bidirectional(&mut client, &mut engine).await;
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_is_reached_through_tls() {
    let Some((bench, _)) = engine().await else { return };
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let port = serve(folder.path(), bench.socket()).await;
    let address = |tls: &Path| Address::parse(&format!("tcp://127.0.0.1:{port}"), Some(Tls { folder: tls.to_owned() }));
    let engine = Engine::connect(&address(folder.path()).unwrap()).await.unwrap();
    let body = ContainerCreateBody { image: Some("faults/web:v1".to_owned()), ..ContainerCreateBody::default() };
    let id = engine.create("tls-web", &body).await.unwrap();
    engine.start(&id).await.unwrap();
    // A session goes both ways over the same connection.
    let command = vec!["/nothere".to_owned()];
    let mut session = engine.exec(&id, &Exec { command, input: true, ..Exec::default() }).await.unwrap();
    let mut said = String::new();
    while let Some(Part::Out(part) | Part::Err(part)) = session.output.next().await.unwrap() {
        said.push_str(&String::from_utf8_lossy(&part));
    }
    assert!(said.contains("no such file"), "{said}");
    engine.remove(&id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_certificate_of_the_authority_is_told() {
    let Some((bench, _)) = engine().await else { return };
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    certificates(folder.path());
    certificates(other.path());
    let port = serve(folder.path(), bench.socket()).await;
    let said = async |certificates: &Path| {
        let tls = Some(Tls { folder: certificates.to_owned() });
        let fault =
            Engine::connect(&Address::parse(&format!("tcp://127.0.0.1:{port}"), tls).unwrap()).await.unwrap_err();
        let folder = certificates.display().to_string();
        fault.full().replace(&port.to_string(), "2376").replace(&folder, "/certs")
    };
    insta::assert_snapshot!(said(other.path()).await, @"The engine at tcp://127.0.0.1:2376 cannot be reached: invalid peer certificate: BadSignature. If that is about certificates, check that ca.pem, cert.pem and key.pem in /certs are those for this engine");
    let empty = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(said(empty.path()).await, @"The certificate /certs/ca.pem cannot be read. Put ca.pem, cert.pem and key.pem there, or let DOCKER_CERT_PATH name their folder");
    fs::copy(folder.path().join("ca.pem"), other.path().join("ca.pem")).unwrap();
    let refused = said(other.path()).await;
    // The reason may come before the question, with it or after it.
    for _ in 0..100 {
        assert_eq!(said(other.path()).await, refused);
    }
    insta::assert_snapshot!(refused, @"The engine at tcp://127.0.0.1:2376 cannot be reached: received fatal alert: DecryptError. If that is about certificates, check that ca.pem, cert.pem and key.pem in /certs are those for this engine");
}
