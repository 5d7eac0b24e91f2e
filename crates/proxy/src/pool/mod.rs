//! The pods of one Service: who is ready, and whose turn it is.

mod affinity;
mod connect;
mod member;

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::watch;

pub(crate) use connect::Upstream;
pub(crate) use member::{Handle, Held};

use crate::config::{EndpointState, Protocol, ServiceConfig};
use crate::control::EndpointReport;
use crate::lock;
use crate::resolve::Resolver;
use affinity::Affinity;
use member::Member;

/// A pod that could not be reached is asked last for so long.
const SHUNNED: Duration = Duration::from_secs(2);

/// The pods of a Service. All decisions are made under one lock, so that after [`Pool::apply`] has returned no connection
/// goes where it should not go any more.
pub(crate) struct Pool {
    state: Mutex<State>,
    /// Counts up whenever readiness, the configuration, or the connections of a leaving pod have changed.
    changed: watch::Sender<u64>,
    resolver: Arc<Resolver>,
}

struct State {
    config: ServiceConfig,
    members: Vec<Member>,
    turn: usize,
    affinity: Affinity,
    /// When the last ready pod was lost; None while there is one, and before the first.
    lost: Option<Instant>,
    had_ready: bool,
}

/// A pod to connect to.
pub(crate) struct Choice {
    pub(crate) held: Held,
    pub(crate) host: Arc<str>,
    pub(crate) port: u16,
}

impl Pool {
    pub(crate) fn new(resolver: Arc<Resolver>, changed: watch::Sender<u64>) -> Arc<Self> {
        let config = ServiceConfig {
            revision: 0,
            service: String::new(),
            ports: Vec::new(),
            endpoints: Vec::new(),
            affinity_seconds: None,
            hold_seconds: 0,
        };
        Arc::new(Self {
            state: Mutex::new(State {
                config,
                members: Vec::new(),
                turn: 0,
                affinity: Affinity::default(),
                lost: None,
                had_ready: false,
            }),
            changed,
            resolver,
        })
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(crate) fn touch(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// Puts a configuration in force. `at_start`: it comes from the file, so what it says about probes is old.
    pub(crate) fn apply(self: &Arc<Self>, config: ServiceConfig, at_start: bool) {
        let mut state = lock(&self.state);
        let mut before = std::mem::take(&mut state.members);
        for endpoint in &config.endpoints {
            let known = before.iter().position(|member| member.is(endpoint));
            let member = match known {
                Some(at) => before.swap_remove(at).changed(endpoint, self),
                None => Member::new(endpoint, self, endpoint.probed && !at_start),
            };
            state.members.push(member);
        }
        for gone in before {
            gone.handle.leave();
        }
        state.config = config;
        state.note_readiness();
        drop(state);
        self.touch();
    }

    /// What Landfall found out; false if there is no such pod.
    pub(crate) fn told(&self, pod: &str, ready: bool) -> bool {
        let mut state = lock(&self.state);
        let mut found = false;
        for member in state.members.iter_mut().filter(|member| member.endpoint.pod == pod) {
            member.endpoint.ready = ready;
            found = true;
        }
        for endpoint in state.config.endpoints.iter_mut().filter(|endpoint| endpoint.pod == pod) {
            endpoint.ready = ready;
        }
        state.note_readiness();
        drop(state);
        self.touch();
        found
    }

    /// The configuration as it is now, with what came after it.
    pub(crate) fn config(&self) -> ServiceConfig {
        lock(&self.state).config.clone()
    }

    /// A probe has an outcome.
    fn probed(&self, handle: &Arc<Handle>, probe: usize, fault: Option<String>) {
        let mut state = lock(&self.state);
        let Some(member) = state.members.iter_mut().find(|member| Arc::ptr_eq(&member.handle, handle)) else { return };
        if member.probed(probe, fault) {
            state.note_readiness();
            drop(state);
            self.touch();
        }
    }

    /// Whether a port should be open: a pod is ready to serve it, or the last one has been lost only just now.
    pub(crate) fn is_open(&self, protocol: Protocol, listen: u16) -> bool {
        let state = lock(&self.state);
        let Some(name) = state.port_name(protocol, listen) else { return false };
        state.members.iter().any(|member| member.takes_new() && member.endpoint.targets.contains_key(name))
            || state.hold_left().is_some()
    }

    /// How much longer connections wait for a pod; None if they do not.
    pub(crate) fn hold_left(&self) -> Option<Duration> {
        lock(&self.state).hold_left()
    }

    /// The pod for a client's new connection, by turns; none of those that were tried.
    pub(crate) fn choose(
        self: &Arc<Self>,
        protocol: Protocol,
        listen: u16,
        client: IpAddr,
        tried: &[Arc<Handle>],
    ) -> Option<Choice> {
        let mut state = lock(&self.state);
        let State { config, members, turn, affinity, .. } = &mut *state;
        let name = &config.ports.iter().find(|port| port.listen == listen && port.protocol == protocol)?.name;
        let lifetime = config.affinity_seconds.map(|seconds| Duration::from_secs(seconds.into()));
        let can = |member: &Member| {
            member.takes_new()
                && member.endpoint.targets.contains_key(name)
                && !tried.iter().any(|tried| Arc::ptr_eq(tried, &member.handle))
        };
        let kept = lifetime.and_then(|lifetime| affinity.get(client, lifetime));
        let kept = kept
            .and_then(|handle| members.iter().position(|member| Arc::ptr_eq(&member.handle, &handle) && can(member)));
        let by_turn = || {
            let all = (0..members.len()).map(|step| (*turn + step) % members.len());
            all.filter(|at| can(&members[*at])).min_by_key(|at| members[*at].is_shunned())
        };
        let at = match kept {
            Some(at) => at,
            None => {
                let at = by_turn()?;
                *turn = (at + 1) % members.len();
                at
            }
        };
        let member = &members[at];
        if lifetime.is_some() {
            affinity.put(client, &member.handle);
        }
        let port = *member.endpoint.targets.get(name)?;
        Some(Choice { held: Held::new(&member.handle), host: Arc::clone(&member.host), port })
    }

    /// The address of a pod.
    ///
    /// # Errors
    ///
    /// Half a sentence that says why there is none.
    pub(crate) async fn resolve(&self, host: &str) -> Result<IpAddr, String> {
        self.resolver.resolve(host).await
    }

    /// A pod could not be reached, or can be again.
    pub(crate) fn reached(&self, handle: &Arc<Handle>, reached: bool) {
        let mut state = lock(&self.state);
        if let Some(member) = state.members.iter_mut().find(|member| Arc::ptr_eq(&member.handle, handle)) {
            member.shunned = (!reached).then(|| Instant::now() + SHUNNED);
        }
    }

    /// How all pods are.
    pub(crate) fn reports(&self) -> Vec<EndpointReport> {
        lock(&self.state).members.iter().map(Member::report).collect()
    }
}

impl State {
    fn port_name(&self, protocol: Protocol, listen: u16) -> Option<&str> {
        let port = self.config.ports.iter().find(|port| port.listen == listen && port.protocol == protocol);
        port.map(|port| port.name.as_str())
    }

    fn note_readiness(&mut self) {
        let has_ready = self.members.iter().any(Member::takes_new);
        if has_ready {
            self.lost = None;
        } else if self.had_ready {
            self.lost = Some(Instant::now());
        }
        self.had_ready = has_ready;
    }

    fn hold_left(&self) -> Option<Duration> {
        let hold = Duration::from_secs(self.config.hold_seconds.into());
        if self.had_ready {
            return (!hold.is_zero()).then_some(hold);
        }
        hold.checked_sub(self.lost?.elapsed()).filter(|left| !left.is_zero())
    }
}

impl Member {
    fn takes_new(&self) -> bool {
        self.endpoint.state == EndpointState::Active && self.is_ready()
    }
}

#[cfg(test)]
mod tests;
