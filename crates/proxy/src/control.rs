//! The lines between Landfall and what runs in its image.
//!
//! **Control session** of a proxy: `docker exec --interactive <proxy> /landfall proxy control`, with stdin and stdout
//! attached. Each line is one JSON value: [`Command`]s in, [`Report`]s out. A session begins with `hello` and one `endpoint`
//! line for each pod; after that a line comes whenever something has changed. Several sessions at once are fine: all get
//! the changes, only the one that sent a `set` gets its `taken` or `refused`. The session ends when stdin does.
//!
//! **Agent** of a deploy: the container's own stdin and stdout. [`AgentCommand`]s in, [`AgentReport`]s out. It ends when
//! stdin does, or when no line has come for [`AGENT_PATIENCE`].

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::{Check, Config, EndpointState, Protocol};

/// The agent exits when it has not heard anything for so long: its Landfall is gone, though the connection seems open.
/// Send `alive` every five seconds.
pub const AGENT_PATIENCE: Duration = Duration::from_secs(30);

/// A line to a proxy: `{"set": {"service": {…}}}`, `{"ready": {"pod": "web-1", "ready": true}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Command {
    /// Use this configuration from now on, over restarts, too. Answered by `taken` or `refused`. Open connections are
    /// never dropped by it. Pods that were known before, by name and uid, keep what their probes found.
    Set(Config),
    /// What Landfall has found out about the readiness of a pod that the proxy cannot check
    /// ([`crate::config::Endpoint::ready`]). Saved as well. Answered by `refused` if the pod is not known, else by its
    /// `endpoint` line if that made a difference.
    #[serde(rename_all = "camelCase")]
    Ready {
        /// Which pod.
        pod: String,
        /// Whether it passes.
        ready: bool,
    },
}

/// A line from a proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Report {
    /// The first line of a session.
    #[serde(rename_all = "camelCase")]
    Hello {
        /// Version of the program.
        version: String,
        /// Revision of the configuration in use; None: it has none yet.
        revision: Option<u64>,
    },
    /// A `set` is saved and in force: from the moment of this line no new connection goes to a pod that is leaving or
    /// not listed. The `endpoint` lines of the pods that it has changed come before this one.
    #[serde(rename_all = "camelCase")]
    Taken {
        /// Its revision.
        revision: u64,
    },
    /// A line was not understood or not possible; nothing has changed.
    #[serde(rename_all = "camelCase")]
    Refused {
        /// A sentence.
        reason: String,
    },
    /// How a pod is. For active pods it comes when `ready` has changed, for leaving ones also when `connections` has.
    Endpoint(EndpointReport),
    /// A port could not be opened, or now can. It is tried again every second.
    Listener(ListenerReport),
}

/// How a pod of a Service is, seen from its proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndpointReport {
    /// Its name.
    pub pod: String,
    /// Its uid as configured.
    pub uid: String,
    /// As configured.
    pub state: EndpointState,
    /// Whether it would get new connections if it were active.
    pub ready: bool,
    /// Why it is not ready: a sentence, such as `GET http://10.0.0.5:80/health answered 503.`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Connections to it that count: open streams, requests that are not answered, sessions of datagrams. Kept HTTP
    /// connections without a request do not count on a leaving pod: they have been moved away.
    pub connections: u32,
    /// Leaving, and nothing is left: it can be stopped without anybody noticing.
    pub drained: bool,
}

/// Whether a port is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListenerReport {
    /// Port.
    pub listen: u16,
    /// Its protocol.
    pub protocol: Protocol,
    /// Why it could not be opened, as a sentence; None: it is open now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// A line to a deploy's agent. An empty line is as good as `"alive"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AgentCommand {
    /// Nothing but a sign of life.
    Alive,
    /// Ask a pod once; answered by `result` with the same number, in any order. Many at once are fine.
    #[serde(rename_all = "camelCase")]
    Probe {
        /// Chosen by the sender.
        id: u64,
        /// The pod: a container's name on the agent's network, or an address.
        host: String,
        /// What to ask.
        check: Check,
        /// Longer is a failure.
        timeout_seconds: u32,
    },
}

/// A line from a deploy's agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AgentReport {
    /// The first line: from now on the lock is held and commands are read.
    #[serde(rename_all = "camelCase")]
    Hello {
        /// Version of the program.
        version: String,
    },
    /// The answer to a `probe`.
    #[serde(rename_all = "camelCase")]
    Result {
        /// Number of the `probe`.
        id: u64,
        /// Why it did not pass, as a sentence; None: it passed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<String>,
    },
    /// A line was not understood; it did count as a sign of life.
    #[serde(rename_all = "camelCase")]
    Refused {
        /// A sentence.
        reason: String,
    },
}
