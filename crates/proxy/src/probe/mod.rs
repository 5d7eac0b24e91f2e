//! Probes, as the kubelet makes them.

mod ask;
mod count;
mod grpc;
mod http;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

pub(crate) use ask::ask;
pub(crate) use count::Count;

use crate::config::Probe;
use crate::resolve::Resolver;

/// Makes a probe again and again, the first one at once, and tells each outcome: why it failed, or None.
pub(crate) async fn repeat(probe: Probe, host: String, resolver: Arc<Resolver>, tell: impl Fn(Option<String>)) {
    let period = Duration::from_secs(probe.period_seconds.max(1).into());
    let limit = Duration::from_secs(probe.timeout_seconds.max(1).into());
    let mut turns = interval(period);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Until it has passed once it is made every second: a pod that has just become ready should not wait for its turn.
    let mut eager = interval(Duration::from_secs(1).min(period));
    eager.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        eager.tick().await;
        let outcome = ask(&probe.check, &host, limit, &resolver).await;
        let passed = outcome.is_ok();
        tell(outcome.err());
        if passed {
            break;
        }
    }
    turns.reset();
    loop {
        turns.tick().await;
        tell(ask(&probe.check, &host, limit, &resolver).await.err());
    }
}
