//! How repositories and environments stand now.

use std::sync::atomic::AtomicU64;

use landfall_deploy::follow::{Environment, Phase, Standing};
use landfall_journal::DeliveryCounts;
use prometheus_client::{
    metrics::{family::Family, gauge::Gauge},
    registry::Registry,
};

use super::labels::{OfEnvironment, OfNotifications, OfRepository};

type Number = Gauge<f64, AtomicU64>;
type Value = fn(&Environment) -> f64;

const OF_ENVIRONMENTS: [(&str, &str, Value); 7] = [
    ("environment_live", "Whether the newest commit of the branch is live", |environment| {
        f64::from(u8::from(environment.phase == Phase::Done && environment.paused.is_none()))
    }),
    ("environment_failed", "Whether the newest commit of the branch could not be made live", |environment| {
        f64::from(u8::from(matches!(environment.phase, Phase::Failed { .. })))
    }),
    ("environment_deploying", "Whether a commit is being deployed", |environment| {
        f64::from(u8::from(matches!(environment.phase, Phase::Writing | Phase::Rolling)))
    }),
    ("environment_paused", "Whether nothing is deployed since somebody paused it", |environment| {
        f64::from(u8::from(environment.paused.is_some()))
    }),
    ("environment_since_timestamp_seconds", "Since when it is so, in seconds since 1970", |environment| {
        environment.since.map_or(0.0, |since| since.as_millis() as f64 / 1000.0)
    }),
    (
        "environment_drifted_objects",
        "Objects that somebody else has changed, and that are not corrected",
        |environment| environment.drifted.len() as f64,
    ),
    (
        "environment_fought_objects",
        "Objects that somebody else changes again and again, since the last commit",
        |environment| environment.fights.len() as f64,
    ),
];

/// The gauges.
pub(super) struct Gauges {
    followed: Family<OfRepository, Number>,
    notifications: Family<OfNotifications, Gauge>,
    environments: [(Family<OfEnvironment, Number>, Value); OF_ENVIRONMENTS.len()],
}

impl Gauges {
    pub fn register(registry: &mut Registry) -> Self {
        let followed = Family::default();
        let help = "Whether the repository and its newest configuration can be read";
        registry.register("repository_followed", help, Family::clone(&followed));
        let environments = OF_ENVIRONMENTS.map(|(name, help, value)| {
            let gauge = Family::default();
            registry.register(name, help, Family::clone(&gauge));
            (gauge, value)
        });
        let notifications = Family::default();
        let help = "The notifications in the journal, by how far they are";
        registry.register("notifications", help, Family::clone(&notifications));
        Self { followed, notifications, environments }
    }

    /// What has left is not told any more.
    pub fn set(&self, standing: &Standing, counts: &DeliveryCounts) {
        self.followed.clear();
        self.notifications.clear();
        self.environments.iter().for_each(|(gauge, _)| gauge.clear());
        for (sink, state, count) in counts {
            let of = OfNotifications { sink: sink.clone(), state: state.to_string() };
            self.notifications.get_or_create(&of).set(*count);
        }
        for (address, repository) in &standing.repositories {
            let of = OfRepository { repository: address.clone() };
            self.followed.get_or_create(&of).set(f64::from(u8::from(repository.faults.is_empty())));
            for (name, environment) in &repository.environments {
                let of = OfEnvironment::new(address, name);
                for (gauge, value) in &self.environments {
                    gauge.get_or_create(&of).set(value(environment));
                }
            }
        }
    }
}
