//! The proxy of one Service: a task per port, which is open only while somebody is behind it.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::accept::accept;
use crate::config::{Protocol, ServiceConfig};
use crate::control::ListenerReport;
use crate::live::Stop;
use crate::pool::Pool;
use crate::relay::relay;
use crate::resolve::Resolver;
use crate::workers::Workers;
use crate::{listen, lock, udp};

/// A port that could not be opened is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);

/// What runs for a Service.
pub(crate) struct Service {
    pub(crate) pool: Arc<Pool>,
    workers: Workers,
    ports: Mutex<BTreeMap<(Protocol, u16), Port>>,
    stop: Stop,
}

struct Port {
    task: JoinHandle<()>,
    fault: Arc<Mutex<Option<String>>>,
}

impl Drop for Port {
    fn drop(&mut self) {
        // Only the listening ends; each connection is a task of its own.
        self.task.abort();
    }
}

impl Service {
    /// `changed` counts up with everything that is worth a report.
    pub(crate) fn new(resolver: Arc<Resolver>, workers: Workers, stop: Stop, changed: watch::Sender<u64>) -> Self {
        Self { pool: Pool::new(resolver, changed), workers, ports: Mutex::new(BTreeMap::new()), stop }
    }

    /// Puts a configuration in force; `at_start` as in [`Pool::apply`].
    pub(crate) fn apply(&self, config: ServiceConfig, at_start: bool) {
        let wanted: Vec<_> = config.ports.iter().map(|port| (port.protocol, port.listen)).collect();
        self.pool.apply(config, at_start);
        let mut ports = lock(&self.ports);
        ports.retain(|port, _| wanted.contains(port));
        for (protocol, number) in wanted {
            ports.entry((protocol, number)).or_insert_with(|| self.start(protocol, number));
        }
    }

    /// The ports that could not be opened.
    pub(crate) fn listeners(&self) -> Vec<ListenerReport> {
        let ports = lock(&self.ports);
        let report = |(&(protocol, listen), port): (&(Protocol, u16), &Port)| ListenerReport {
            listen,
            protocol,
            fault: lock(&port.fault).clone(),
        };
        ports.iter().map(report).collect()
    }

    fn start(&self, protocol: Protocol, number: u16) -> Port {
        let fault = Arc::new(Mutex::new(None));
        let open = Open {
            protocol,
            number,
            pool: Arc::clone(&self.pool),
            workers: self.workers.clone(),
            stop: self.stop.clone(),
            fault: Arc::clone(&fault),
        };
        Port { task: tokio::spawn(open.serve()), fault }
    }
}

struct Open {
    protocol: Protocol,
    number: u16,
    pool: Arc<Pool>,
    workers: Workers,
    stop: Stop,
    fault: Arc<Mutex<Option<String>>>,
}

impl Open {
    async fn serve(self) {
        loop {
            self.until(true).await;
            let outcome = match self.protocol {
                Protocol::Tcp => self.streams().await,
                Protocol::Udp => self.datagrams().await,
            };
            if self.stop.is_wanted() {
                return;
            }
            if let Err(error) = outcome {
                self.tell(Some(listen::fault(self.protocol, self.number, &error)));
                sleep(AGAIN).await;
            }
        }
    }

    /// Waits until the port should be open, or should not.
    async fn until(&self, open: bool) {
        let mut changes = self.pool.changes();
        while self.pool.is_open(self.protocol, self.number) != open {
            // A hold ends without a change.
            match self.pool.hold_left() {
                Some(left) => _ = timeout(left + Duration::from_millis(1), changes.changed()).await,
                None => _ = changes.changed().await,
            }
        }
    }

    fn tell(&self, fault: Option<String>) {
        let changed = std::mem::replace(&mut *lock(&self.fault), fault.clone()) != fault;
        if changed {
            self.pool.touch();
        }
    }

    async fn streams(&self) -> io::Result<()> {
        let listener = listen::tcp(self.number)?;
        self.tell(None);
        let (pool, stop, number) = (Arc::clone(&self.pool), self.stop.clone(), self.number);
        let serve = move |client, peer| relay(client, peer, number, Arc::clone(&pool), stop.clone());
        tokio::select! {
            () = accept(&listener, &self.workers, &self.stop, serve) => {}
            () = self.until(false) => {}
            () = self.stop.wanted() => {}
        }
        Ok(())
    }

    async fn datagrams(&self) -> io::Result<()> {
        let socket = listen::udp(self.number)?;
        self.tell(None);
        tokio::select! {
            outcome = udp::serve(socket, self.number, &self.pool) => outcome,
            () = self.until(false) => Ok(()),
            () = self.stop.wanted() => Ok(()),
        }
    }
}
