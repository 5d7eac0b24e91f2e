//! The HTTP entry of one environment: by host and path to the Services, with TLS.
//!
//! Connections to a Service go to its proxy, which moves them between pods; here a connection to a Service lives at most
//! as long as the client's. HTTP/1 only; a connection that a client upgrades (WebSocket) is a stream from then on.

mod exchange;
mod head;
mod page;
mod route;
mod serve;
mod tls;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

pub(crate) use tls::check_certificates;

use crate::accept::accept;
use crate::config::{IngressConfig, Protocol};
use crate::control::ListenerReport;
use crate::live::Stop;
use crate::resolve::Resolver;
use crate::workers::Workers;
use crate::{listen, lock};
use route::Routes;

/// A port that could not be opened is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);

/// A client gets so much time to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// What runs for an ingress.
pub(crate) struct Ingress {
    shared: Arc<Shared>,
    ports: Mutex<BTreeMap<u16, Port>>,
}

/// What connections look at, anew for each request.
struct Shared {
    revision: Mutex<u64>,
    routes: Mutex<Arc<Routes>>,
    certificates: Mutex<Option<Arc<ServerConfig>>>,
    resolver: Arc<Resolver>,
    workers: Workers,
    stop: Stop,
    changed: watch::Sender<u64>,
}

struct Port {
    is_tls: bool,
    task: JoinHandle<()>,
    fault: Arc<Mutex<Option<String>>>,
}

impl Drop for Port {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Ingress {
    pub(crate) fn new(resolver: Arc<Resolver>, workers: Workers, stop: Stop, changed: watch::Sender<u64>) -> Self {
        let shared = Shared {
            revision: Mutex::new(0),
            routes: Mutex::default(),
            certificates: Mutex::new(None),
            resolver,
            workers,
            stop,
            changed,
        };
        Self { shared: Arc::new(shared), ports: Mutex::new(BTreeMap::new()) }
    }

    /// Puts a configuration in force, from the next request on.
    ///
    /// # Errors
    ///
    /// A sentence, if a certificate cannot be used; nothing has changed then.
    pub(crate) fn apply(&self, config: IngressConfig) -> Result<(), String> {
        let certificates = match config.certificates.as_slice() {
            [] => None,
            certificates => Some(tls::server(certificates)?),
        };
        let https = config.https.filter(|_| certificates.is_some());
        *lock(&self.shared.certificates) = certificates;
        *lock(&self.shared.revision) = config.revision;
        *lock(&self.shared.routes) = Arc::new(Routes::new(config.rules, config.default_backend));
        let wanted: BTreeMap<u16, bool> =
            config.http.map(|port| (port, false)).into_iter().chain(https.map(|port| (port, true))).collect();
        let mut ports = lock(&self.ports);
        ports.retain(|number, port| wanted.get(number) == Some(&port.is_tls));
        for (number, is_tls) in wanted {
            ports.entry(number).or_insert_with(|| self.start(number, is_tls));
        }
        self.shared.touch();
        Ok(())
    }

    pub(crate) fn revision(&self) -> u64 {
        *lock(&self.shared.revision)
    }

    /// The ports, and why one could not be opened.
    pub(crate) fn listeners(&self) -> Vec<ListenerReport> {
        let ports = lock(&self.ports);
        let report = |(&listen, port): (&u16, &Port)| ListenerReport {
            listen,
            protocol: Protocol::Tcp,
            fault: lock(&port.fault).clone(),
        };
        ports.iter().map(report).collect()
    }

    fn start(&self, number: u16, is_tls: bool) -> Port {
        let fault = Arc::new(Mutex::new(None));
        let task = tokio::spawn(open(number, is_tls, Arc::clone(&self.shared), Arc::clone(&fault)));
        Port { is_tls, task, fault }
    }
}

impl Shared {
    fn touch(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    fn tell(&self, place: &Mutex<Option<String>>, fault: Option<String>) {
        let changed = std::mem::replace(&mut *lock(place), fault.clone()) != fault;
        if changed {
            self.touch();
        }
    }
}

async fn open(number: u16, is_tls: bool, shared: Arc<Shared>, fault: Arc<Mutex<Option<String>>>) {
    let listener = loop {
        match listen::tcp(number) {
            Ok(listener) => break listener,
            Err(error) => {
                shared.tell(&fault, Some(listen::fault(Protocol::Tcp, number, &error)));
                sleep(AGAIN).await;
            }
        }
    };
    shared.tell(&fault, None);
    let of = Arc::clone(&shared);
    let serve =
        move |client, address| connection(client, head::From { address, is_tls, port: number }, Arc::clone(&of));
    tokio::select! {
        () = accept(&listener, &shared.workers, &shared.stop, serve) => {}
        () = shared.stop.wanted() => {}
    }
}

async fn connection(client: TcpStream, from: head::From, shared: Arc<Shared>) {
    if !from.is_tls {
        return serve::connection(client, &from, &shared).await;
    }
    let certificates = lock(&shared.certificates).clone();
    if let Some(certificates) = certificates
        && let Ok(Ok(client)) = timeout(HANDSHAKE, TlsAcceptor::from(certificates).accept(client)).await
    {
        serve::connection(client, &from, &shared).await;
    }
}
