//! Which of a pod's containers keeps it from being ready, and why.

use serde_json::Value;

use super::{Cause, age, crash, image, probe, settings};
use crate::health::{
    Surroundings,
    fields::{at, count, is_true, list, number, text},
    surroundings::Event,
    time,
};

/// A container as its pod asks for it and as the kubelet reports it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Container<'a> {
    pub(super) pod: &'a Value,
    pub(super) spec: &'a Value,
    pub(super) status: &'a Value,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Main,
    /// Runs to its end before the next one starts.
    Init,
    /// An init container with `restartPolicy: Always`: the next one starts once it has started.
    Sidecar,
}

impl<'a> Container<'a> {
    pub(super) fn name(&self) -> &'a str {
        text(self.spec, "/name")
    }

    pub(super) fn restarts(&self) -> i64 {
        count(self.status, "/restartCount")
    }

    /// How its last run ended: the present state if it is not running, else the one before.
    pub(super) fn last_end(&self) -> Option<&'a Value> {
        at(self.status, "/state/terminated").or_else(|| at(self.status, "/lastState/terminated"))
    }

    /// Whether it no longer stands in the way.
    fn is_done(&self) -> bool {
        match self.kind {
            Kind::Init => number(self.status, "/state/terminated/exitCode") == Some(0),
            Kind::Sidecar => is_true(self.status, "/started") && at(self.status, "/state/running").is_some(),
            Kind::Main => is_true(self.status, "/ready"),
        }
    }

    /// Its name, where a pod has several: `container web: `.
    fn prefix(&self) -> String {
        let alone = list(self.pod, "/spec/containers").count() + list(self.pod, "/spec/initContainers").count() == 1;
        match self.kind {
            Kind::Main if alone => String::new(),
            Kind::Main => format!("container {}: ", self.name()),
            Kind::Init => format!("init container {}: ", self.name()),
            Kind::Sidecar => format!("sidecar {}: ", self.name()),
        }
    }
}

/// All containers of a pod in the order in which they start. One without a status has not been looked at by a kubelet.
pub(super) fn all(pod: &Value) -> impl Iterator<Item = Container<'_>> {
    let kinds =
        [("/spec/initContainers", "/status/initContainerStatuses"), ("/spec/containers", "/status/containerStatuses")];
    kinds.into_iter().flat_map(move |(specs, statuses)| {
        list(pod, specs).filter_map(move |spec| {
            let status = list(pod, statuses).find(|status| text(status, "/name") == text(spec, "/name"))?;
            let kind = match (specs, text(spec, "/restartPolicy")) {
                ("/spec/containers", _) => Kind::Main,
                (_, "Always") => Kind::Sidecar,
                _ => Kind::Init,
            };
            Some(Container { pod, spec, status, kind })
        })
    })
}

/// The container that has something wrong: a hopeless one before others, else the first.
pub(super) fn worst(pod: &Value, around: &Surroundings<'_>) -> Option<Cause> {
    let mut causes = all(pod).filter(|container| !container.is_done()).filter_map(|container| {
        let cause = fault(&container, around)?;
        Some(Cause { why: format!("{}{}", container.prefix(), cause.why), ..cause })
    });
    let first = causes.next()?;
    if first.hopeless { Some(first) } else { Some(causes.find(|cause| cause.hopeless).unwrap_or(first)) }
}

fn fault(container: &Container<'_>, around: &Surroundings<'_>) -> Option<Cause> {
    let Container { pod, status, .. } = *container;
    let (reason, message) = (text(status, "/state/waiting/reason"), text(status, "/state/waiting/message").trim());
    image::unavailable(pod, status, reason, message, around)
        .or_else(|| settings::refused(reason, message, age(pod, around)))
        .or_else(|| crash::crashed(container, around))
        .or_else(|| probe::failing(container, around))
}

/// What a pod without any fault is waiting for.
pub(super) fn starting(pod: &Value, around: &Surroundings<'_>) -> Option<Cause> {
    let container = all(pod).find(|container| !container.is_done())?;
    let why = if let Some(since) = at(container.status, "/state/running/startedAt").and_then(Value::as_str) {
        let age = around.age(since).map_or_else(String::new, |age| format!(" for {}", time::words(age)));
        match container.kind {
            Kind::Init => format!("it has run{age}"),
            _ if at(container.spec, "/startupProbe").is_some() && !is_true(container.status, "/started") => {
                format!("it has run{age}, and its startup probe has not succeeded yet")
            }
            _ if at(container.spec, "/readinessProbe").is_some() => {
                format!("it has run{age}, and its readiness probe has not succeeded yet")
            }
            _ => return None,
        }
    } else {
        let pulls = |event: &Event<'_>| event.container == container.name();
        match around.events(pod).find(pulls) {
            Some(event) if event.reason == "Pulling" => {
                let age = around.age_of(&event).map_or_else(String::new, |age| format!(" for {}", time::words(age)));
                format!("its node has been pulling the image {}{age}", text(container.spec, "/image"))
            }
            _ => return None,
        }
    };
    Some(Cause::starting(format!("{}{why}", container.prefix())))
}

/// How a pod that has failed ended: the first container that did not end well.
pub(super) fn exit(pod: &Value) -> String {
    let failed = all(pod).find_map(|container| {
        let end = container.last_end().filter(|end| number(end, "/exitCode") != Some(0))?;
        Some(format!("{}{}", container.prefix(), crash::end_words(&container, end)))
    });
    failed.unwrap_or_else(|| text(pod, "/status/message").to_owned())
}

/// The name of the container by which a pod failed.
pub(crate) fn failed_container(pod: &Value) -> Option<&str> {
    let failed =
        |container: &Container<'_>| container.last_end().is_some_and(|end| number(end, "/exitCode") != Some(0));
    all(pod).find(failed).map(|container| container.name())
}
