//! Probes that fail. Only events have their answers: `Unhealthy`, pkg/kubelet/prober/prober.go.

use super::{Cause, container::Container};
use crate::health::{
    Run, Surroundings,
    fields::{at, is_true, number, text},
    surroundings::Event,
    time,
};

/// A run of this many seconds has been probed.
const OLD_RUN: i64 = 60;

/// What the probe of a running container answers. Failing probes are never hopeless: what they wait for may come.
pub(super) fn failing(container: &Container<'_>, around: &Surroundings<'_>) -> Option<Cause> {
    at(container.status, "/state/running")?;
    let started = is_true(container.status, "/started");
    let (probe, field) = if started { ("Readiness", "/readinessProbe") } else { ("Startup", "/startupProbe") };
    at(container.spec, field)?;
    let started_at = time::seconds(text(container.status, "/state/running/startedAt"));
    // An answer of the run before says nothing of this one; but events that repeat are dropped (25 an object, then one
    // in 5 minutes: client-go tools/record), so that after a while an old one is the best there is.
    let old = around.age(text(container.status, "/state/running/startedAt")).is_some_and(|age| age >= OLD_RUN);
    let event = unhealthy(container, probe, around).find(|event| old || event.at >= started_at)?;
    let why = format!("its {} probe fails: {}", probe.to_lowercase(), answer(event.message));
    Some(Cause::not_ready(why).with_log(container.pod, container.name(), Run::Present(container.restarts()), around))
}

/// What the probe said for whose sake the kubelet ended a run of a container; kuberuntime_manager.go says so by an
/// event `Killing`.
pub(super) fn killed_by(
    container: &Container<'_>,
    end: &serde_json::Value,
    around: &Surroundings<'_>,
) -> Option<String> {
    const SOON: i64 = 600;
    let ended = time::seconds(text(end, "/finishedAt"));
    let killing = around.events(container.pod).find(|event| {
        event.reason == "Killing" && event.container == container.name() && event.message.contains(" probe")
    })?;
    // Repeated events are dropped, see above. An old one still explains how programs end that are told to: well, by the
    // signal, or as Go's runtime does.
    let told = matches!(number(end, "/exitCode"), Some(0 | 2 | 137 | 143));
    if !told && killing.at.zip(ended).is_some_and(|(killed, ended)| killed + SOON < ended) {
        return None;
    }
    let probe = if killing.message.contains("startup probe") { "Startup" } else { "Liveness" };
    // The probe of the next run may have failed since: it does not listen yet.
    let before = unhealthy(container, probe, around).find(|event| event.at <= killing.at);
    let said = before.or_else(|| unhealthy(container, probe, around).next());
    let answer = said.map(|event| format!(": {}", answer(event.message)));
    Some(format!("its {} probe failed{}", probe.to_lowercase(), answer.unwrap_or_default()))
}

fn unhealthy<'a>(
    container: &Container<'a>,
    probe: &'static str,
    around: &Surroundings<'a>,
) -> impl Iterator<Item = Event<'a>> {
    let name = container.name();
    around
        .events(container.pod)
        .filter(move |event| event.reason == "Unhealthy" && event.container == name && event.message.starts_with(probe))
}

/// A probe's answer, without the address, which nobody knows, but with the port, which is in the manifest.
fn answer(message: &str) -> String {
    let text = message.split_once(" probe failed: ").map_or(message, |(_, text)| text);
    let text =
        text.split_once(" state: ").filter(|_| message.contains(" probe errored ")).map_or(text, |(_, text)| text);
    if let Some((_, status)) = text.split_once("HTTP probe failed with statuscode: ") {
        return format!("HTTP status {}", status.trim());
    }
    let path = text.split_once("Get \"").and_then(|(_, rest)| rest.split_once('"')).map(|(url, _)| url);
    let place = match path.and_then(|url| url.split_once("://")).and_then(|(_, rest)| rest.split_once('/')) {
        Some((address, path)) => format!("port {}, path /{path}: ", address.rsplit(':').next().unwrap_or(address)),
        None => match text.strip_prefix("dial tcp ").and_then(|rest| rest.split_once(": ")) {
            Some((address, _)) => format!("port {}: ", address.rsplit(':').next().unwrap_or(address)),
            None => String::new(),
        },
    };
    if text.ends_with("connection refused") {
        return format!("{place}connection refused; nothing listens there");
    }
    if text.contains("context deadline exceeded") || text.contains("Client.Timeout") || text.contains("i/o timeout") {
        return format!("{place}no answer in time");
    }
    if place.is_empty() {
        text.lines().next().unwrap_or_default().chars().take(300).collect()
    } else {
        format!("{place}{}", text.rsplit("\": ").next().unwrap_or(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_short() {
        let table = [
            ("Readiness probe failed: HTTP probe failed with statuscode: 503", "HTTP status 503"),
            (
                "Startup probe failed: Get \"http://10.1.2.3:8080/live\": dial tcp 10.1.2.3:8080: connect: connection refused",
                "port 8080, path /live: connection refused; nothing listens there",
            ),
            (
                "Liveness probe failed: dial tcp 10.1.2.3:9999: connect: connection refused",
                "port 9999: connection refused; nothing listens there",
            ),
            (
                "Readiness probe failed: Get \"http://10.1.2.3:80/\": context deadline exceeded (Client.Timeout exceeded \
                 while awaiting headers)",
                "port 80, path /: no answer in time",
            ),
            ("Readiness probe failed: Get \"https://10.1.2.3:80/\": EOF", "port 80, path /: EOF"),
            ("Readiness probe failed: pg_isready: no response\n", "pg_isready: no response"),
            (
                "Readiness probe errored and resulted in unknown state: rpc error: command timed out",
                "rpc error: command timed out",
            ),
        ];
        for (message, words) in table {
            assert_eq!(answer(message), words);
        }
    }
}
