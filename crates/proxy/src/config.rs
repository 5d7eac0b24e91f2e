//! What a proxy is told to do: the configuration of a Service's proxy and of an ingress.
//!
//! The JSON is `{"service": {…}}` or `{"ingress": {…}}` with fields in camel case. It lies in the container's state folder
//! as `config.json` (put there by the engine's archive API before the container's first start), and newer ones come through
//! a control session (see [`crate::control`]), which are saved to the same file before they are acknowledged. Unknown fields
//! are refused, so that an older proxy never half-understands a newer Landfall.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The whole configuration of one proxy. A proxy keeps its kind for life: a Service's proxy refuses an ingress'
/// configuration, and the other way around.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Config {
    /// The proxy of one Service.
    Service(ServiceConfig),
    /// The HTTP entry of one environment.
    Ingress(IngressConfig),
}

/// The proxy of one Service: connections to its ports go to its ready pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceConfig {
    /// Counts up with each configuration of this Service. The answers to a `set` carry it, so that they can be told
    /// apart; the proxy accepts any number.
    #[serde(default)]
    pub revision: u64,
    /// Name for messages and the log, such as `web in namespace shop`.
    pub service: String,
    /// What it listens on. Ports may come and go with a new configuration.
    pub ports: Vec<ServicePort>,
    /// The pods, in any order. A pod that is no longer listed gets no new connection and keeps its open ones unreported;
    /// to follow its draining list it as [`EndpointState::Leaving`] first.
    pub endpoints: Vec<Endpoint>,
    /// `sessionAffinity: ClientIP`: for so many seconds after its last new connection a client's address comes to the
    /// same pod, as long as that is ready. None: no affinity. Clients that come in through a published host port may all
    /// have one address, that of the network's gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affinity_seconds: Option<u32>,
    /// How long a new connection (or the next request of a kept one) waits when no pod is ready. During this time after
    /// the last ready pod was lost the ports stay open; after it, and at the start, they refuse connections, as a
    /// cluster does for a Service without ready pods (programs that wait for a port rely on that). Zero: refuses at
    /// once. Set it for updates that stop the old pod first.
    #[serde(default)]
    pub hold_seconds: u32,
}

/// One port of a Service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServicePort {
    /// Unique among the ports; empty for the one port of a Service that has no name. The key in [`Endpoint::targets`].
    #[serde(default)]
    pub name: String,
    /// The Service's `port`, on all addresses of the container. Unique together with the protocol.
    pub listen: u16,
    /// `TCP` unless said otherwise.
    #[serde(default)]
    pub protocol: Protocol,
}

/// The transport of a [`ServicePort`], spelled as in a Service. SCTP is for the translation to refuse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Protocol {
    /// Streams.
    #[default]
    Tcp,
    /// Datagrams. A client's address and port stay with one pod until 60 seconds without a datagram have passed.
    Udp,
}

/// One pod behind a Service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Endpoint {
    /// The pod's name: the key of reports. A pod that is made anew under its old name (StatefulSet) needs another
    /// [`Endpoint::uid`].
    pub pod: String,
    /// Tells two pods of one name apart.
    #[serde(default)]
    pub uid: String,
    /// Where it is: the name of the container (or sandbox) on the network, resolved by the engine's DNS, or an address.
    /// A name is better: it stays right when the engine restarts the container with another address.
    pub host: String,
    /// Target port in the pod for each port of the Service, by [`ServicePort::name`]. A port that is missing is not
    /// served by this pod.
    pub targets: BTreeMap<String, u16>,
    /// Whether new connections go here.
    #[serde(default)]
    pub state: EndpointState,
    /// What Landfall says about the readiness that the proxy cannot find out (exec probes). It stays until a new
    /// configuration or a `ready` line of a control session says otherwise, over restarts, too. True if there is nothing
    /// of that kind.
    #[serde(default = "yes")]
    pub ready: bool,
    /// Landfall itself has just seen all of [`Endpoint::probes`] pass: the pod counts as ready until the proxy's own
    /// probes have failed, instead of only after they have passed. It is without meaning in a configuration that is read
    /// at the start of the proxy (there, every probe has to pass first), and for pods that the proxy knows already.
    #[serde(default)]
    pub probed: bool,
    /// Readiness probes of all its containers; all have to pass. Without any the pod is ready if [`Endpoint::ready`].
    #[serde(default)]
    pub probes: Vec<Probe>,
}

fn yes() -> bool {
    true
}

/// Whether a pod gets new connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EndpointState {
    /// It does while it is ready.
    #[default]
    Active,
    /// It does not. Its open connections go on; those that speak HTTP/1 move to an active pod between two requests,
    /// HTTP/2 clients are asked by GOAWAY to do so. It is drained when none is left.
    Leaving,
}

/// A readiness probe, with Kubernetes' fields, meanings and defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Probe {
    /// What is asked.
    pub check: Check,
    /// Time from one probe's start to the next one's.
    #[serde(default = "ten")]
    pub period_seconds: u32,
    /// An answer that takes longer is a failure.
    #[serde(default = "one")]
    pub timeout_seconds: u32,
    /// So many successes in a row make it pass again.
    #[serde(default = "one")]
    pub success_threshold: u32,
    /// So many failures in a row make it fail.
    #[serde(default = "three")]
    pub failure_threshold: u32,
}

fn one() -> u32 {
    1
}

fn three() -> u32 {
    3
}

fn ten() -> u32 {
    10
}

/// One question to a pod, as of Kubernetes' `httpGet`, `tcpSocket` and `grpc`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Check {
    /// Passes if the answer's status is at least 200 and below 400. Redirects are not followed (the kubelet follows those
    /// to the same host; their own status passes, too).
    #[serde(rename_all = "camelCase")]
    Http {
        /// Another host to connect to than the pod (`httpGet.host`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<String>,
        /// Port of the pod, as a number.
        port: u16,
        /// Path with query; `/` if empty.
        #[serde(default)]
        path: String,
        /// `scheme: HTTPS`; the certificate is not verified, as the kubelet does not.
        #[serde(default)]
        tls: bool,
        /// `httpHeaders`, in order; a `Host` among them replaces the usual one.
        #[serde(default)]
        headers: Vec<Header>,
    },
    /// Passes if a connection can be opened.
    #[serde(rename_all = "camelCase")]
    Tcp {
        /// Another host to connect to than the pod (`tcpSocket.host`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<String>,
        /// Port of the pod, as a number.
        port: u16,
    },
    /// Passes if `grpc.health.v1.Health/Check` answers SERVING.
    #[serde(rename_all = "camelCase")]
    Grpc {
        /// Port of the pod.
        port: u16,
        /// `grpc.service`; empty asks for the whole server.
        #[serde(default)]
        service: String,
    },
}

/// One header of an HTTP probe. Its value may be a credential: it is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    /// Name as written.
    pub name: String,
    /// Value as written.
    pub value: String,
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header").field("name", &self.name).field("value", &Masked).finish()
    }
}

/// The HTTP entry of one environment: requests go to Services by host and path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IngressConfig {
    /// As [`ServiceConfig::revision`].
    #[serde(default)]
    pub revision: u64,
    /// Port for HTTP.
    pub http: Option<u16>,
    /// Port for HTTPS; it listens only while there is a certificate.
    pub https: Option<u16>,
    /// The rules of all Ingresses, flattened. Which one wins does not depend on their order, except between equals, where
    /// the first one does.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Where requests go that match no rule. None: they are answered by 404.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_backend: Option<Backend>,
    /// Certificates, chosen by the name that a client asks for.
    #[serde(default)]
    pub certificates: Vec<Certificate>,
}

/// Requests of one host and path go to one Service. As in the Ingress API: a rule with the host beats one with a wildcard,
/// which beats one without; then the longest path wins; then `Exact` before `Prefix`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// `shop.example.com`, or `*.example.com` for exactly one label more; None: any host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Starts with `/`; empty means `/`.
    #[serde(default)]
    pub path: String,
    /// How the path is compared.
    #[serde(default)]
    pub path_type: PathType,
    /// Where they go.
    pub backend: Backend,
}

/// How [`Rule::path`] is compared with a request's path (without its query).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PathType {
    /// Equal, case and trailing slash included.
    Exact,
    /// By elements between slashes: `/a` and `/a/` match `/a`, `/a/` and `/a/b`, not `/ab`.
    #[default]
    Prefix,
    /// As `Prefix`.
    ImplementationSpecific,
}

/// The Service behind a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Backend {
    /// Name for messages, such as `web in namespace shop`.
    pub service: String,
    /// Where its proxy is: a name on the network such as `web.shop.svc`, or an address.
    pub host: String,
    /// The Service's port, as a number.
    pub port: u16,
}

/// A certificate with its key, from a Secret of type `kubernetes.io/tls`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Certificate {
    /// `tls[].hosts`, wildcards included; empty: for every name that no other certificate has, and clients that send none.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Name for messages, such as `Secret shop/web-tls`.
    pub secret: String,
    /// `tls.crt`: the chain in PEM, the server's own first.
    pub chain: String,
    /// `tls.key` in PEM.
    pub key: PrivateKey,
}

/// A private key in PEM, never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrivateKey(pub String);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Masked.fmt(f)
    }
}

struct Masked;

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}
