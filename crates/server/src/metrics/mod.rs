//! Numbers for Prometheus, in the text format of OpenMetrics:
//! <https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md>.
//!
//! Labels are names of repositories, environments, routes and outcomes: their number does not grow with deploys.

mod deploys;
mod labels;
mod requests;
mod standing;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{extract::State, http::header, response::IntoResponse};
use landfall_deploy::{
    follow::{News, Standing},
    progress::Event,
};
use landfall_journal::DeliveryCounts;
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};

use crate::app::App;
use deploys::Deploys;
use labels::OfRepository;
use requests::Requests;
pub(crate) use requests::count;
use standing::Gauges;

/// All that is counted.
pub struct Metrics {
    registry: Registry,
    deploys: Deploys,
    requests: Requests,
    fetches: Durations<OfRepository>,
    fetch_failures: Family<OfRepository, Counter>,
    /// Set anew for each answer, one at a time.
    standing: Mutex<Gauges>,
}

type Durations<Labels> = Family<Labels, Histogram, fn() -> Histogram>;

fn durations<Labels: Clone + std::hash::Hash + Eq>(buckets: fn() -> Histogram) -> Durations<Labels> {
    Family::new_with_constructor(buckets)
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("landfall");
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version of this Landfall", version);
        let fetches: Durations<OfRepository> =
            durations(|| Histogram::new([0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0]));
        let help = "How long it took to ask a repository for something new, and to fetch it";
        registry.register_with_unit("git_fetch", help, Unit::Seconds, fetches.clone());
        let fetch_failures = Family::default();
        registry.register("git_fetch_failures", "How often a repository could not be read", fetch_failures.clone());
        Self {
            deploys: Deploys::register(&mut registry),
            requests: Requests::register(&mut registry),
            fetches,
            fetch_failures,
            standing: Mutex::new(Gauges::register(&mut registry)),
            registry,
        }
    }
}

impl Metrics {
    /// Something happened in a repository.
    pub fn tell(&self, repository: &str, news: &News) {
        self.deploys.tell(repository, news);
    }

    /// A step of a deploy.
    pub fn step(&self, repository: &str, environment: &str, event: &Event) {
        self.deploys.step(repository, environment, event);
    }

    /// A repository was asked for something new.
    pub fn looked(&self, repository: &str, took: Duration, failed: bool) {
        let labels = OfRepository { repository: repository.to_owned() };
        self.fetches.get_or_create(&labels).observe(took.as_secs_f64());
        // Also one that never failed is told, so that the first failure is an increase.
        self.fetch_failures.get_or_create(&labels).inc_by(failed.into());
    }

    fn render(&self, standing: &Standing, counts: &DeliveryCounts) -> String {
        let gauges = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        gauges.set(standing, counts);
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// All metrics.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    // A journal that is away must not hide how the environments stand; `/readyz` says that it is.
    let counts = app.journal.delivery_counts().await.unwrap_or_default();
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.render(&app.board.read(), &counts))
}

#[cfg(test)]
mod tests;
