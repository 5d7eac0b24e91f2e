//! What is asked over HTTP, and how soon it is answered.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use prometheus_client::{
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::{
    Durations, durations,
    labels::{OfAnswer, OfRoute},
};
use crate::app::App;

/// The counts of requests.
pub(super) struct Requests {
    answered: Family<OfAnswer, Counter>,
    took: Durations<OfRoute>,
}

impl Requests {
    pub fn register(registry: &mut Registry) -> Self {
        let buckets = || Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0]);
        let requests = Self { answered: Family::default(), took: durations(buckets) };
        registry.register("http_requests", "Requests that were answered", requests.answered.clone());
        let help = "From a request to the first byte of its answer";
        registry.register_with_unit("http_request", help, Unit::Seconds, requests.took.clone());
        requests
    }

    pub fn answered(&self, route: String, method: &Method, status: u16, began: Instant) {
        let method = match *method {
            Method::GET => "GET",
            Method::POST => "POST",
            Method::HEAD => "HEAD",
            _ => "other",
        };
        self.took.get_or_create(&OfRoute { route: route.clone() }).observe(began.elapsed().as_secs_f64());
        self.answered.get_or_create(&OfAnswer { route, method, status }).inc();
    }
}

/// Counts a request. What leads nowhere is counted as one route, so that nobody can make more of them.
pub(crate) async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (began, method) = (Instant::now(), request.method().clone());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    app.metrics.requests.answered(route, &method, response.status().as_u16(), began);
    response
}
