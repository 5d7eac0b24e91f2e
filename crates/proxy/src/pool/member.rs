//! One pod: its probes, its connections, and whether it is ready.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Instant;

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::Pool;
use crate::config::{Endpoint, EndpointState};
use crate::control::EndpointReport;
use crate::probe::{self, Count};

/// What connections hold of their pod; it outlives the pod's place in the configuration.
pub(crate) struct Handle {
    connections: AtomicU32,
    leaving: AtomicBool,
    left: Notify,
    changed: watch::Sender<u64>,
}

impl Handle {
    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Acquire)
    }

    /// Returns when the pod is to get nothing new.
    pub(crate) async fn leaving(&self) {
        loop {
            let left = self.left.notified();
            if self.is_leaving() {
                return;
            }
            left.await;
        }
    }

    pub(super) fn leave(&self) {
        self.leaving.store(true, Ordering::Release);
        self.left.notify_waiters();
    }
}

/// One connection; it counts as long as this lives.
pub(crate) struct Held(Arc<Handle>);

impl Held {
    pub(super) fn new(handle: &Arc<Handle>) -> Self {
        handle.connections.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(handle))
    }

    pub(crate) fn handle(&self) -> &Arc<Handle> {
        &self.0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::AcqRel);
        if self.0.is_leaving() {
            self.0.changed.send_modify(|count| *count += 1);
        }
    }
}

pub(super) struct Member {
    pub(super) endpoint: Endpoint,
    pub(super) host: Arc<str>,
    pub(super) handle: Arc<Handle>,
    pub(super) shunned: Option<Instant>,
    probes: Vec<Running>,
}

/// A probe that is repeated until this is dropped.
struct Running {
    count: Count,
    fault: Option<String>,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Member {
    /// `passes`: its probes count as passed until they have failed.
    pub(super) fn new(endpoint: &Endpoint, pool: &Arc<Pool>, passes: bool) -> Self {
        let handle = Arc::new(Handle {
            connections: AtomicU32::new(0),
            leaving: AtomicBool::new(endpoint.state == EndpointState::Leaving),
            left: Notify::new(),
            changed: pool.changed.clone(),
        });
        let mut member = Self {
            endpoint: endpoint.clone(),
            host: endpoint.host.as_str().into(),
            handle,
            shunned: None,
            probes: Vec::new(),
        };
        member.start_probes(pool, passes);
        member
    }

    pub(super) fn is(&self, endpoint: &Endpoint) -> bool {
        self.endpoint.pod == endpoint.pod && self.endpoint.uid == endpoint.uid
    }

    /// The same pod with another configuration.
    pub(super) fn changed(mut self, endpoint: &Endpoint, pool: &Arc<Pool>) -> Self {
        if endpoint.state == EndpointState::Active && self.handle.is_leaving() {
            // It comes back. Connections that were told to leave go on doing so, on the old handle.
            return Self::new(endpoint, pool, endpoint.probed || self.passes());
        }
        let same_probes = self.endpoint.probes == endpoint.probes && self.endpoint.host == endpoint.host;
        let passes = endpoint.probed || self.passes();
        self.endpoint = endpoint.clone();
        self.host = endpoint.host.as_str().into();
        if !same_probes {
            self.start_probes(pool, passes);
        }
        if endpoint.state == EndpointState::Leaving {
            self.handle.leave();
        }
        self
    }

    fn start_probes(&mut self, pool: &Arc<Pool>, passes: bool) {
        self.probes.clear();
        for (at, probe) in self.endpoint.probes.iter().enumerate() {
            let (weak, handle) = (Arc::downgrade(pool), Arc::clone(&self.handle));
            let task =
                probe::repeat(probe.clone(), self.endpoint.host.clone(), Arc::clone(&pool.resolver), move |fault| {
                    if let Some(pool) = weak.upgrade() {
                        pool.probed(&handle, at, fault);
                    }
                });
            self.probes.push(Running { count: Count::new(probe, passes), fault: None, task: tokio::spawn(task) });
        }
    }

    /// Takes a probe's outcome; true if the report of this pod is another one now.
    pub(super) fn probed(&mut self, at: usize, fault: Option<String>) -> bool {
        let before = self.report();
        if let Some(probe) = self.probes.get_mut(at) {
            probe.count.take(fault.is_none());
            probe.fault = fault;
        }
        self.report() != before
    }

    pub(super) fn is_ready(&self) -> bool {
        self.endpoint.ready && self.passes()
    }

    fn passes(&self) -> bool {
        self.probes.iter().all(|probe| probe.count.passes)
    }

    pub(super) fn is_shunned(&self) -> bool {
        self.shunned.is_some_and(|until| Instant::now() < until)
    }

    pub(super) fn report(&self) -> EndpointReport {
        let connections = self.handle.connections.load(Ordering::Acquire);
        let state = self.endpoint.state;
        EndpointReport {
            pod: self.endpoint.pod.clone(),
            uid: self.endpoint.uid.clone(),
            state,
            ready: self.is_ready(),
            reason: self.reason(),
            connections,
            drained: state == EndpointState::Leaving && connections == 0,
        }
    }

    fn reason(&self) -> Option<String> {
        if !self.endpoint.ready {
            return Some("Landfall has not seen it ready.".to_owned());
        }
        let failing = self.probes.iter().find(|probe| !probe.count.passes)?;
        Some(failing.fault.clone().unwrap_or_else(|| "Its readiness probe has not passed yet.".to_owned()))
    }
}
