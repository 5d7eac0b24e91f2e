//! Traces of deploys for OpenTelemetry, where the standard variables ask for them.
//!
//! Source: <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/> and
//! <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>.

use std::{
    env,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response, ResponseExt, hyper::HyperClient};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{SdkTracerProvider, Tracer},
};
use tokio::runtime::{Builder, Handle, Runtime};
use tracing::Level;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::{
    Layer,
    filter::{FilterFn, Filtered, filter_fn},
    registry::LookupSpan,
};

use crate::output;

/// How long the collector may take. Delivery is in the background; at the end of the program it is waited for.
const LIMIT: Duration = Duration::from_secs(5);

/// Traces that are on their way to a collector.
pub struct Traces {
    provider: SdkTracerProvider,
    /// Their own, so that all tasks of the program, which may hold spans, can have ended before the last ones are sent.
    _runtime: Runtime,
}

/// What takes up the spans of this program's own crates.
pub type Spans<S> = Filtered<OpenTelemetryLayer<S, Tracer>, FilterFn, S>;

impl Traces {
    /// Begins to send traces if the environment names a collector.
    pub fn start() -> Option<Self> {
        let set = |name: &str| env::var(name).is_ok_and(|value| !value.is_empty());
        let is_asked_for = set("OTEL_EXPORTER_OTLP_ENDPOINT") || set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        let is = |name: &str, word: &str| env::var(name).is_ok_and(|value| value.eq_ignore_ascii_case(word));
        if !is_asked_for || is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none") {
            return None;
        }
        let fault = |error: &dyn std::fmt::Display| {
            output::warning(&format!(
                "No traces are sent: {error}; OTEL_EXPORTER_OTLP_ENDPOINT must be the address of a collector that takes \
                 OTLP by HTTP, such as http://localhost:4318"
            ));
        };
        let runtime = match Builder::new_multi_thread().worker_threads(1).enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                fault(&error);
                return None;
            }
        };
        let connector = match HttpsConnectorBuilder::new().with_native_roots() {
            Ok(builder) => builder.https_or_http().enable_http1().build(),
            Err(error) => {
                fault(&error);
                return None;
            }
        };
        let client = Client {
            inner: HyperClient::new(connector, LIMIT, None),
            runtime: runtime.handle().clone(),
            has_failed: AtomicBool::new(false),
        };
        let exporter = match SpanExporter::builder().with_http().with_http_client(client).build() {
            Ok(exporter) => exporter,
            Err(error) => {
                fault(&error);
                return None;
            }
        };
        let mut resource = Resource::builder();
        if !set("OTEL_SERVICE_NAME") {
            resource = resource.with_service_name("landfall");
        }
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build();
        Some(Self { provider, _runtime: runtime })
    }

    /// What takes up the spans.
    pub fn layer<S: tracing::Subscriber + for<'span> LookupSpan<'span>>(&self) -> Spans<S> {
        let own = |metadata: &tracing::Metadata<'_>| {
            metadata.is_span() && *metadata.level() <= Level::INFO && metadata.target().starts_with("landfall")
        };
        let layer = OpenTelemetryLayer::new(self.provider.tracer("landfall")).with_location(false).with_threads(false);
        layer.with_filter(filter_fn(own as fn(&tracing::Metadata<'_>) -> bool))
    }

    /// Sends what was not sent yet.
    pub fn end(self) {
        // What could not be delivered was told by the client.
        let _ = self.provider.shutdown_with_timeout(LIMIT);
    }
}

/// Sends requests within a runtime, since the thread that collects spans is outside it.
#[derive(Debug)]
struct Client {
    inner: HyperClient<HttpsConnector<HttpConnector>>,
    runtime: Handle,
    has_failed: AtomicBool,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let inner = self.inner.clone();
        let sent = self.runtime.spawn(async move { inner.send_bytes(request).await?.error_for_status() }).await;
        let answer = sent.unwrap_or_else(|error| Err(Box::new(error)));
        match &answer {
            Ok(_) => self.has_failed.store(false, Ordering::Relaxed),
            // Once, not with every batch.
            Err(error) if !self.has_failed.swap(true, Ordering::Relaxed) => {
                output::warning(&format!("Traces cannot be delivered: {error}"));
            }
            Err(_) => {}
        }
        answer
    }
}
