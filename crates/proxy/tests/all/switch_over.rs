//! The main promise: versions change under load, and no client notices.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use landfall_proxy::config::{Backend, Config, Endpoint, IngressConfig, Protocol, ServicePort};
use tokio::task::JoinSet;

use crate::support::client::{self, Kept};
use crate::support::pod::Pod;
use crate::support::proxy::Proxy;
use crate::support::{endpoint, free_port, leaving, service};

const SWITCHES: u32 = 10;
const EACH: u32 = 700;

/// Eight clients: new connections and kept ones, HTTP and plain TCP, with and without bodies. The old pods are cut off hard
/// at the moment in which the proxy says that they are drained.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_and_no_kept_connection_is_closed() {
    let (http, tcp) = (free_port(), free_port());
    switch_over(http, tcp, http).await;
}

/// The same with an ingress before the Service.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_through_an_ingress() {
    let (entry, http, tcp) = (free_port(), free_port(), free_port());
    let backend = Backend { service: "web in namespace shop".to_owned(), host: "127.0.0.1".to_owned(), port: http };
    let _ingress = Proxy::start(&Config::Ingress(IngressConfig {
        revision: 1,
        http: Some(entry),
        https: None,
        rules: Vec::new(),
        default_backend: Some(backend),
        certificates: Vec::new(),
    }))
    .await;
    switch_over(http, tcp, entry).await;
}

/// Versions of a Service follow each other while clients ask at `entry` and `tcp`.
async fn switch_over(http: u16, tcp: u16, entry: u16) {
    let config = |revision, endpoints: Vec<Endpoint>| {
        let mut config = service(revision, http, endpoints);
        config.ports[0].name = "http".to_owned();
        config.ports.push(ServicePort { name: "tcp".to_owned(), listen: tcp, protocol: Protocol::Tcp });
        Config::Service(config)
    };
    let mut old = Version::start(0).await;
    let proxy = Proxy::start(&config(0, old.endpoints())).await;
    let mut session = proxy.session().await;
    session.set(config(0, old.endpoints())).await;
    client::until(|| client::get(entry, "/"), Result::is_ok).await;
    client::until(|| client::echo(tcp, "x"), Result::is_ok).await;

    let load = Load::start(entry, tcp);
    for revision in 1..=SWITCHES {
        load.more(EACH).await;
        let new = Version::start(revision).await;
        let both = old.endpoints().into_iter().map(leaving).chain(new.endpoints()).collect();
        session.set(config(revision.into(), both)).await;
        for pod in &old.http {
            session.drained(&pod.name).await;
        }
        session.set(config(revision.into(), new.endpoints())).await;
        old = new;
    }
    load.more(EACH).await;
    let outcome = load.end().await;
    assert!(outcome.requests >= EACH * SWITCHES);
    assert_eq!(outcome.faults, BTreeSet::new());
    assert_eq!(outcome.versions, (0..=SWITCHES).map(|version| version.to_string()).collect(), "all versions were seen");
}

/// Two pods of one version, each with two ports.
struct Version {
    http: [Pod; 2],
    tcp: [Pod; 2],
}

impl Version {
    async fn start(version: u32) -> Self {
        let name = |at| format!("{version}-{at}-");
        Self {
            http: [Pod::http(&name(0)).await, Pod::http(&name(1)).await],
            tcp: [Pod::echo(&name(0)).await, Pod::echo(&name(1)).await],
        }
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        let pods = self.http.iter().zip(&self.tcp);
        let one = |(http, tcp): (&Pod, &Pod)| {
            let mut endpoint = endpoint(&http.name, http.at);
            endpoint.targets = [("http".to_owned(), http.at.port()), ("tcp".to_owned(), tcp.at.port())].into();
            endpoint
        };
        pods.map(one).collect()
    }
}

struct Load {
    count: Arc<AtomicU32>,
    stop: Arc<AtomicBool>,
    clients: JoinSet<(BTreeSet<String>, BTreeSet<String>)>,
}

struct Outcome {
    requests: u32,
    versions: BTreeSet<String>,
    faults: BTreeSet<String>,
}

impl Load {
    fn start(http: u16, tcp: u16) -> Self {
        let (count, stop) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
        let mut load = Self { count, stop, clients: JoinSet::new() };
        let post = "POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 5\r\n\r\nhello";
        let chunks = "POST /chunks HTTP/1.1\r\nHost: web\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
        for request in
            ["GET / HTTP/1.1\r\nHost: web\r\n\r\n", "GET /chunks HTTP/1.1\r\nHost: web\r\n\r\n", post, chunks]
        {
            let kept = Arc::new(tokio::sync::Mutex::new(None));
            load.client(request.lines().next().unwrap_or_default(), move || {
                let kept = Arc::clone(&kept);
                async move {
                    let mut kept = kept.lock().await;
                    if kept.is_none() {
                        *kept = Some(Kept::to(http).await?);
                    }
                    // It is never opened again: a close is a fault.
                    kept.as_mut().unwrap().ask(request).await
                }
            });
        }
        for _ in 0..2 {
            load.client("new HTTP", move || client::get(http, "/"));
            load.client("new TCP", move || client::echo(tcp, "hello"));
        }
        load
    }

    fn client<F: Future<Output = io::Result<String>> + Send>(
        &mut self,
        name: &'static str,
        ask: impl Fn() -> F + Send + 'static,
    ) {
        let (count, stop) = (Arc::clone(&self.count), Arc::clone(&self.stop));
        self.clients.spawn(async move {
            let (mut versions, mut faults) = (BTreeSet::new(), BTreeSet::new());
            while !stop.load(Ordering::SeqCst) {
                match ask().await {
                    Ok(answer) => _ = versions.insert(answer.split('-').next().unwrap_or_default().to_owned()),
                    Err(fault) => _ = faults.insert(format!("{name}: {fault}")),
                }
                count.fetch_add(1, Ordering::SeqCst);
            }
            (versions, faults)
        });
    }

    /// Waits for so many requests more.
    async fn more(&self, requests: u32) {
        let until = self.count.load(Ordering::SeqCst) + requests;
        while self.count.load(Ordering::SeqCst) < until {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn end(mut self) -> Outcome {
        self.stop.store(true, Ordering::SeqCst);
        let (mut versions, mut faults) = (BTreeSet::new(), BTreeSet::new());
        while let Some(client) = self.clients.join_next().await {
            let (seen, failed) = client.unwrap();
            versions.extend(seen);
            faults.extend(failed);
        }
        Outcome { requests: self.count.load(Ordering::SeqCst), versions, faults }
    }
}
