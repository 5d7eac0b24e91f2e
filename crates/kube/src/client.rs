//! The HTTP client under the requests.

use std::time::Duration;

use hyper_timeout::TimeoutConnector;
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use kube::{
    Client, Config,
    client::{Body, ConfigExt},
};
use tower::ServiceBuilder;

/// How long a connection may take until it can be used. Somebody who forgot to start the VPN is told so after this time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How often a silent connection is probed.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// A client as kube makes it, except that small packets are sent at once: else each new connection waits 40 ms for the
/// server to acknowledge the end of the handshake before it sends its first request (Nagle's algorithm and delayed
/// acknowledgements, RFC 9293 section 3.7.4 and 3.8.6.3).
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
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    // A watch may be silent for long: only the kernel's own probes notice that the other side is gone.
    connector.set_keepalive(Some(KEEPALIVE));
    connector.set_keepalive_interval(Some(KEEPALIVE));
    connector.set_keepalive_retries(Some(3));
    let mut connector = TimeoutConnector::new(config.rustls_https_connector_with_connector(connector)?);
    connector.set_connect_timeout(config.connect_timeout);
    let http: HttpClient<_, Body> = HttpClient::builder(TokioExecutor::new()).build(connector);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(tower::BoxError::from)
        .service(http);
    Ok(Client::new(service, config.default_namespace))
}
