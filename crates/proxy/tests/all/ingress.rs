//! The HTTP entry of an environment.

use std::sync::Arc;

use landfall_proxy::config::{Backend, Certificate, Config, IngressConfig, PathType, PrivateKey, Rule};
use landfall_proxy::control::Report;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::support::client::{self, Kept};
use crate::support::free_port;
use crate::support::pod::Pod;
use crate::support::proxy::Proxy;

fn rule(host: Option<&str>, path: &str, pod: &Pod) -> Rule {
    let backend = Backend {
        service: format!("{} in namespace shop", pod.name),
        host: pod.at.ip().to_string(),
        port: pod.at.port(),
    };
    Rule { host: host.map(str::to_owned), path: path.to_owned(), path_type: PathType::Prefix, backend }
}

fn ingress(http: u16, rules: Vec<Rule>) -> IngressConfig {
    IngressConfig { revision: 1, http: Some(http), https: None, rules, default_backend: None, certificates: Vec::new() }
}

async fn ask(kept: &mut Kept, host: &str, path: &str) -> String {
    kept.ask(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n")).await.unwrap()
}

#[tokio::test]
async fn requests_of_one_connection_go_where_their_host_and_path_say() {
    let (port, web, api) = (free_port(), Pod::http("web").await, Pod::http("api").await);
    let rules = vec![rule(Some("shop.example.com"), "/", &web), rule(Some("shop.example.com"), "/api", &api)];
    let _proxy = Proxy::start(&Config::Ingress(ingress(port, rules))).await;
    client::until(|| async { Kept::to(port).await.map(|_| String::new()) }, Result::is_ok).await;
    let mut kept = Kept::to(port).await.unwrap();
    let host = "shop.example.com";
    let mut answers = Vec::new();
    for path in ["/", "/chunks", "/slow", "/api/x", "/api/chunks", "/headers"] {
        answers.push(format!("{path}: {}", ask(&mut kept, host, path).await));
    }
    let length = format!("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\n\r\nabc");
    let chunks =
        format!("POST /chunks HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    for request in [&length, &chunks, &format!("{length}{length}")] {
        answers.push(format!("POST: {}", kept.ask(request).await.unwrap()));
    }
    answers.push(format!("the second one at once: {}", kept.answer().await.unwrap()));
    answers.push(ask(&mut kept, "other.example.com", "/x?y=z").await);
    kept.ended().await.unwrap();
    insta::assert_snapshot!(answers.join("\n").replace(&port.to_string(), "PORT"), @r"
    /: web
    /chunks: web
    /slow: web
    /api/x: api
    /api/chunks: api
    /headers: GET /headers HTTP/1.1
    Host: shop.example.com
    X-Forwarded-For: 127.0.0.1
    X-Forwarded-Host: shop.example.com
    X-Forwarded-Port: PORT
    X-Forwarded-Proto: http
    X-Real-IP: 127.0.0.1
    POST: webabc
    POST: webabc
    POST: webabc
    the second one at once: webabc
    404 No Ingress has a rule for host other.example.com and path /x.
    ");
    assert_eq!(api.connections(), 1);
}

#[tokio::test]
async fn what_goes_wrong_is_said_in_a_sentence() {
    let (port, gone) = (free_port(), free_port());
    let silent = Pod::serve("silent", "127.0.0.1:0", |stream, _| async move {
        drop(stream);
        Ok(())
    })
    .await;
    let mut refusing = rule(None, "/refusing", &silent);
    refusing.backend.port = gone;
    refusing.backend.service = "web in namespace shop".to_owned();
    let mut nameless = rule(None, "/nameless", &silent);
    nameless.backend.host = "web.shop.svc".to_owned();
    let rules = vec![refusing, nameless, rule(None, "/silent", &silent)];
    let dns = format!("127.0.0.1:{gone}");
    let _proxy = Proxy::with(&Config::Ingress(ingress(port, rules)), &["--resolver", &dns]).await;
    client::until(|| async { Kept::to(port).await.map(|_| String::new()) }, Result::is_ok).await;
    let mut answers = Vec::new();
    for request in [
        "GET /refusing HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /nameless HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /silent HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /none HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /none HTTP/1.1\r\n\r\n",
        "POST /silent HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "\x16\x03\x01\x02",
    ] {
        answers.push(Kept::to(port).await.unwrap().ask(request).await.unwrap());
    }
    insta::assert_snapshot!(answers.join("\n").replace(&gone.to_string(), "PORT"), @r"
    503 Service web in namespace shop has no ready pod.
    503 Service silent in namespace shop cannot be reached: the name web.shop.svc could not be resolved by 127.0.0.1:PORT: connection refused.
    502 Service silent in namespace shop closed the connection instead of answering.
    404 No Ingress has a rule for host a and path /none.
    400 The request is not HTTP/1.1, or not a clear one.
    400 The request is not HTTP/1.1, or not a clear one.
    400 The request is not HTTP/1.1, or not a clear one.
    ");
}

#[tokio::test]
async fn an_upgraded_connection_is_a_stream() {
    let (port, web) = (free_port(), Pod::http("web").await);
    let _proxy = Proxy::start(&Config::Ingress(ingress(port, vec![rule(None, "/", &web)]))).await;
    client::until(|| client::get(port, "/"), Result::is_ok).await;
    let mut kept = Kept::to(port).await.unwrap();
    kept.write("GET /upgrade HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n").await.unwrap();
    let mut lines = Vec::new();
    for _ in 0..5 {
        lines.push(kept.line().await.unwrap());
    }
    assert_eq!(lines, ["HTTP/1.1 101 Switching Protocols", "Upgrade: echo", "Connection: Upgrade", "", "web"]);
    kept.write("anything\r\n\r\n").await.unwrap();
    assert_eq!(kept.line().await.unwrap(), "anything");
}

/// The Service's connection was closed while it was kept: the next request opens another one.
#[tokio::test]
async fn a_service_that_was_restarted_in_between_is_connected_again() {
    let (port, at) = (free_port(), free_port());
    let web = Pod::http_at("web", &format!("127.0.0.1:{at}")).await;
    let _proxy = Proxy::start(&Config::Ingress(ingress(port, vec![rule(None, "/", &web)]))).await;
    client::until(|| client::get(port, "/"), Result::is_ok).await;
    let mut kept = Kept::to(port).await.unwrap();
    assert_eq!(kept.get("/").await.unwrap(), "web");
    web.end().await;
    let _web = Pod::http_at("again", &format!("127.0.0.2:{at}")).await;
    assert_eq!(kept.get("/").await.unwrap(), "503 Service web in namespace shop has no ready pod.");
    let _web = Pod::http_at("new", &format!("127.0.0.1:{at}")).await;
    let mut kept = Kept::to(port).await.unwrap();
    assert_eq!(kept.get("/").await.unwrap(), "new");
}

struct Issued {
    der: CertificateDer<'static>,
    certificate: Certificate,
}

fn issue(hosts: &[&str]) -> Issued {
    let names: Vec<_> = if hosts.is_empty() {
        vec!["default".to_owned()]
    } else {
        hosts.iter().map(|host| (*host).to_owned()).collect()
    };
    let issued = rcgen::generate_simple_self_signed(names).unwrap();
    Issued {
        der: issued.cert.der().clone(),
        certificate: Certificate {
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            secret: "Secret shop/web-tls".to_owned(),
            chain: issued.cert.pem(),
            key: PrivateKey(issued.signing_key.serialize_pem()),
        },
    }
}

/// One request over TLS to a name, trusting one certificate.
async fn over_tls(port: u16, name: &str, trusted: &Issued) -> std::io::Result<String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted.der.clone()).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    Kept::over(stream).ask("GET /headers HTTP/1.1\r\nHost: shop\r\nCookie: a\r\n\r\n").await
}

#[tokio::test]
async fn each_name_has_its_certificate() {
    let (port, https, web) = (free_port(), free_port(), Pod::http("web").await);
    let (shop, wild) = (issue(&["shop.example.com"]), issue(&["*.example.com"]));
    let mut config = ingress(port, vec![rule(None, "/", &web)]);
    config.https = Some(https);
    config.certificates = vec![shop.certificate.clone(), wild.certificate.clone()];
    let proxy = Proxy::start(&Config::Ingress(config.clone())).await;
    client::until(|| over_tls(https, "shop.example.com", &shop), Result::is_ok).await;
    let headers = over_tls(https, "shop.example.com", &shop).await.unwrap();
    insta::assert_snapshot!(headers.replace(&https.to_string(), "PORT"), @r"
    GET /headers HTTP/1.1
    Host: shop
    Cookie: a
    X-Forwarded-For: 127.0.0.1
    X-Forwarded-Host: shop
    X-Forwarded-Port: PORT
    X-Forwarded-Proto: https
    X-Real-IP: 127.0.0.1
    ");
    assert!(over_tls(https, "blog.example.com", &wild).await.is_ok());
    assert!(over_tls(https, "blog.example.com", &shop).await.is_err());
    assert!(over_tls(https, "other.org", &wild).await.is_err());

    let any = issue(&[]);
    config.certificates = vec![any.certificate.clone()];
    let mut session = proxy.session().await;
    session.set(Config::Ingress(config.clone())).await;
    assert!(over_tls(https, "default", &any).await.is_ok(), "new ones are in force at once");

    config.certificates[0].key = shop.certificate.key.clone();
    session.send(&serde_json::json!({ "set": Config::Ingress(config) }).to_string()).await;
    let reason = session
        .until(|report| match report {
            Report::Refused { reason } => Some(reason),
            _ => None,
        })
        .await;
    assert_eq!(reason, "The private key in Secret shop/web-tls does not belong to its certificate.");
    assert!(over_tls(https, "default", &any).await.is_ok(), "what was in force stays");
}

#[test]
fn keys_are_not_shown() {
    let config = ingress(80, Vec::new());
    let config = IngressConfig { certificates: vec![issue(&[]).certificate], ..config };
    let shown = format!("{config:?}");
    assert!(shown.contains("key: (hidden)") && !shown.contains("PRIVATE"), "{shown}");
}
