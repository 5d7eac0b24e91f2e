//! What probes answer, as the kubelet tells it: by events `Unhealthy`. Pure: no I/O, no clock.
//! Source: pkg/kubelet/prober/prober.go.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{PodState, pods::ContainerState};

/// A program that has run for less may simply not listen yet: that is no news. In seconds.
const NEW: i64 = 1;

/// One event for each container of a pod whose startup or readiness probe fails.
pub fn of(pod: &PodState, now: Timestamp) -> Vec<Value> {
    let of_one = |(name, container): (&String, &ContainerState)| {
        let message = message(container, now)?;
        Some(json!({
            "apiVersion": "v1",
            "kind": "Event",
            "involvedObject": {
                "kind": "Pod",
                "namespace": pod.namespace,
                "name": pod.name,
                "uid": pod.uid,
                "fieldPath": format!("spec.containers{{{name}}}"),
            },
            "reason": "Unhealthy",
            "message": message,
            "lastTimestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }))
    };
    pod.containers.iter().filter_map(of_one).collect()
}

fn message(container: &ContainerState, now: Timestamp) -> Option<String> {
    let probed = &container.probed;
    let failure = probed.failure.as_deref().filter(|_| probed.run == container.run())?;
    let started: Timestamp = container.run().parse().ok()?;
    if probed.ready_since.is_some() || now.as_second() - started.as_second() < NEW {
        return None;
    }
    let probe = if probed.started { "Readiness" } else { "Startup" };
    let said = in_kubelets_words(failure);
    Some(format!("{probe} probe failed: {said}"))
}

/// What [`landfall_proxy`]'s probes say, as Go's libraries say it to the kubelet.
fn in_kubelets_words(failure: &str) -> String {
    let parts = |begin: &str, middle: &str| failure.strip_prefix(begin)?.split_once(middle);
    if let Some((_, status)) = parts("GET ", " answered ") {
        format!("HTTP probe failed with statuscode: {status}")
    } else if let Some((url, why)) = parts("GET ", " failed: ") {
        format!("Get \"{url}\": {why}")
    } else if let Some((address, why)) = parts("A connection to ", " failed: ") {
        format!("dial tcp {address}: {why}")
    } else {
        failure.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::Probed;

    const RUN: &str = "2026-01-02T03:04:05Z";

    #[test]
    fn failing_probes_are_told_as_the_kubelet_tells_them() {
        let failing = |failure: &str| Probed {
            run: RUN.into(),
            started: true,
            answered: true,
            failure: Some(failure.into()),
            ready_since: None,
        };
        let in_startup = Probed { started: false, ..failing("GET http://web-1:8080/ready answered 500") };
        let of_another_run =
            Probed { run: "2026-01-02T03:00:00Z".into(), ..failing("GET http://web-1:8080/ready answered 500") };
        let ready = Probed { ready_since: Some(RUN.into()), ..failing("GET http://web-1:8080/ready answered 500") };
        for (probed, age, expected) in [
            (
                failing("GET http://web-1:8080/ready answered 503"),
                3,
                Some("Readiness probe failed: HTTP probe failed with statuscode: 503"),
            ),
            (
                failing("GET http://web-1:8080/ready failed: connection refused"),
                3,
                Some("Readiness probe failed: Get \"http://web-1:8080/ready\": connection refused"),
            ),
            (
                failing("A connection to web-1:5432 failed: connection refused"),
                3,
                Some("Readiness probe failed: dial tcp web-1:5432: connection refused"),
            ),
            (failing("psql: no such database"), 3, Some("Readiness probe failed: psql: no such database")),
            (in_startup, 3, Some("Startup probe failed: HTTP probe failed with statuscode: 500")),
            (failing("psql: no such database"), 0, None),
            (of_another_run, 3, None),
            (ready, 3, None),
            (Probed::default(), 3, None),
        ] {
            let inspect = json!({"State": {"StartedAt": RUN, "Running": true}});
            let container = ContainerState { inspect, probed: probed.clone(), ..ContainerState::default() };
            let now: Timestamp = RUN.parse().unwrap();
            let told = message(&container, Timestamp::from_second(now.as_second() + age).unwrap());
            assert_eq!(told.as_deref(), expected, "{probed:?}");
        }
    }
}
