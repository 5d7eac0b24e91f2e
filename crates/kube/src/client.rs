//! The HTTP client under the requests.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use ::http::Request;
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_timeout::TimeoutConnector;
use hyper_util::{
    client::legacy::{Client as HttpClient, ResponseFuture, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use kube::{
    Client, Config,
    client::{Body, ConfigExt},
};
use rustls::pki_types::ServerName;
use tower::{Service, ServiceBuilder};

/// How long a connection may take until it can be used. Somebody who forgot to start the VPN is told so after this time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How often a silent connection is probed by the kernel.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// After so much silence a shared connection with requests under way is probed (RFC 9113 section 6.7). Without an answer it is
/// given up after as long again, and the requests are sent again on a new one. The kernel's probes would not do: a
/// router or relay that has lost the way to the server may still answer them.
const PING: Duration = Duration::from_secs(5);

/// So much of answers may be under way that nobody has read yet: one, and all of a connection. A page of a list has about 1 MB.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 32 << 20;

/// Marks a request that is answered soon: it may share its connection with others.
#[derive(Debug, Clone, Copy)]
pub struct Brief;

/// The two ways to a server, which has at least the second.
///
/// What is [`Brief`] shares one connection where the server speaks HTTP/2, as kubectl's requests do: a handshake costs the
/// server about 2 ms of its processor, more than a list of a hundred objects. Watches have a connection each: a
/// server, or what stands before it, allows only so many streams on one (often 100), and they would not leave room. So does
/// the lock, which must be renewed also while the shared connection is silent.
#[derive(Clone)]
struct Lanes {
    shared: Lane,
    own: Lane,
}

type Lane = HttpClient<Connector, Body>;

impl Service<Request<Body>> for Lanes {
    type Response = <Lane as Service<Request<Body>>>::Response;
    type Error = <Lane as Service<Request<Body>>>::Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let lane = if request.extensions().get::<Brief>().is_some() { &self.shared } else { &self.own };
        lane.request(request)
    }
}

/// A client as kube makes it, except that requests share a connection ([`Lanes`]) and that small packets are sent at once:
/// else each new connection waits 40 ms for the server to acknowledge the end of the handshake before it sends its first
/// request (Nagle's algorithm and delayed acknowledgements, RFC 9293 section 3.7.4 and 3.8.6.3).
///
/// # Errors
/// Where the configuration cannot be used.
pub fn client(mut config: Config) -> kube::Result<Client> {
    // Retries are ours: they know which requests are safe to send again.
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    if config.proxy_url.is_some() {
        // kube's own way is slower, but knows all kinds of proxies.
        return Client::try_from(config);
    }
    let (shared, own) = connectors(&config)?;
    let mut multiplexing = HttpClient::builder(TokioExecutor::new());
    multiplexing
        .timer(TokioTimer::new())
        .http2_keep_alive_interval(PING)
        .http2_keep_alive_timeout(PING)
        .http2_initial_stream_window_size(STREAM_WINDOW)
        .http2_initial_connection_window_size(CONNECTION_WINDOW);
    let lanes = Lanes { shared: multiplexing.build(shared), own: HttpClient::builder(TokioExecutor::new()).build(own) };
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(tower::BoxError::from)
        .service(lanes);
    Ok(Client::new(service, config.default_namespace))
}

type Connector = TimeoutConnector<HttpsConnector<HttpConnector>>;

/// What opens connections: to be shared where the server can do that, and of one request at a time.
fn connectors(config: &Config) -> kube::Result<(Connector, Connector)> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    // A watch may be silent for long: only these probes notice that the other side is gone.
    tcp.set_keepalive(Some(KEEPALIVE));
    tcp.set_keepalive_interval(Some(KEEPALIVE));
    tcp.set_keepalive_retries(Some(3));
    let tls = config.rustls_client_config()?;
    let name = config.tls_server_name.clone().map(ServerName::try_from).transpose();
    let name = name.map_err(|error| kube::Error::Service(Box::new(error)))?;
    let https = || {
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http();
        match &name {
            Some(name) => builder.with_server_name_resolver(FixedServerNameResolver::new(name.clone())),
            None => builder,
        }
    };
    let patient = |connector| {
        let mut connector = TimeoutConnector::new(connector);
        connector.set_connect_timeout(config.connect_timeout);
        connector
    };
    let shared = https().enable_all_versions().wrap_connector(tcp.clone());
    Ok((patient(shared), patient(https().enable_http1().wrap_connector(tcp))))
}
