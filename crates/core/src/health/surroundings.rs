//! The objects around the one that is judged, found by their owner.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    LogQuery, ReadyConditions, Run,
    fields::{controller, name, namespace, text, uid},
    time,
};

/// What is around an object: its pods, replica sets, claims, events, and the last lines of logs.
///
/// It is built in one pass and borrows everything, so that judging all workloads of an environment with thousands of
/// pods costs one look at each of them.
///
/// ```
/// use landfall_core::health::{self, HealthState, Surroundings};
/// use serde_json::json;
///
/// let pod = json!({"kind": "Pod", "metadata": {"name": "a", "uid": "1"}, "status": {"phase": "Succeeded"}});
/// let surroundings = Surroundings::new([&pod], "2026-01-02T03:04:05Z");
/// assert_eq!(health::of(&pod, &surroundings).state, HealthState::Live);
/// ```
#[derive(Debug, Default)]
pub struct Surroundings<'a> {
    now: Option<i64>,
    /// Replica sets, pods and Jobs by the UID of their controller.
    children: HashMap<&'a str, Vec<&'a Value>>,
    /// Claims by namespace and name.
    claims: HashMap<(&'a str, &'a str), &'a Value>,
    /// Events by the UID of the object that they are about, the latest last.
    events: HashMap<&'a str, Vec<Event<'a>>>,
    /// Log lines by the pod's UID, the container's name, and the run.
    logs: HashMap<(&'a str, &'a str, Run), &'a str>,
    ready_conditions: Option<&'a ReadyConditions>,
}

/// What an event says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event<'a> {
    pub(super) reason: &'a str,
    pub(super) message: &'a str,
    /// The container that it is about, if it is about one.
    pub(super) container: &'a str,
    /// When it was last seen; seconds since 1970.
    pub(super) at: Option<i64>,
}

impl<'a> Surroundings<'a> {
    /// Sorts objects by what they are needed for: those with a controller, claims and events (`v1` or
    /// `events.k8s.io/v1`). All others are ignored. `now` is the present time as the API server would write it
    /// (`2026-01-02T03:04:05Z`); where it is none, nothing is ever old enough to be hopeless.
    pub fn new(objects: impl IntoIterator<Item = &'a Value>, now: &str) -> Self {
        let mut new = Self { now: time::seconds(now), ..Self::default() };
        for object in objects {
            new.add(object);
        }
        for events in new.events.values_mut() {
            events.sort_by_key(|event| event.at);
        }
        new
    }

    fn add(&mut self, object: &'a Value) {
        match text(object, "/kind") {
            "Event" => {
                let about = ["/involvedObject", "/regarding"].iter().find_map(|path| object.pointer(path));
                if let Some(about) = about.filter(|about| !text(about, "/uid").is_empty()) {
                    self.events.entry(text(about, "/uid")).or_default().push(Event::new(object, about));
                }
            }
            "PersistentVolumeClaim" => {
                self.claims.insert((namespace(object), name(object)), object);
            }
            _ => {
                if let Some(owner) = controller(object) {
                    self.children.entry(owner).or_default().push(object);
                }
            }
        }
    }

    /// Adds what a container wrote last, as fetched for a [`LogQuery`].
    #[must_use]
    pub fn with_log(mut self, query: &'a LogQuery, lines: &'a str) -> Self {
        self.logs.insert((&query.pod_uid, &query.container, query.run), lines);
        self
    }

    /// Adds which conditions say that objects of custom kinds are live.
    #[must_use]
    pub fn with_ready_conditions(mut self, conditions: &'a ReadyConditions) -> Self {
        self.ready_conditions = Some(conditions);
        self
    }

    /// The condition that is chosen for a kind.
    pub(super) fn ready_condition(&self, group: &str, kind: &str) -> Option<&'a str> {
        self.ready_conditions?.of(group, kind)
    }

    /// The objects of a kind that an object controls.
    pub(super) fn children(&self, owner: &Value, kind: &str) -> impl Iterator<Item = &'a Value> {
        self.children.get(uid(owner)).into_iter().flatten().copied().filter(move |child| text(child, "/kind") == kind)
    }

    /// The claim of a name.
    pub(super) fn claim(&self, namespace: &str, name: &str) -> Option<&'a Value> {
        self.claims.get(&(namespace, name)).copied()
    }

    /// The events about an object, the latest first.
    pub(super) fn events(&self, about: &Value) -> impl Iterator<Item = Event<'a>> {
        self.events.get(uid(about)).into_iter().flatten().rev().copied()
    }

    /// The lines that a container wrote last in a run, without empty ones.
    pub(super) fn log(&self, pod: &Value, container: &str, run: Run) -> Vec<&'a str> {
        let text = self.logs.get(&(uid(pod), container, run)).copied().unwrap_or_default();
        text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect()
    }

    /// How many seconds ago something was, if both times are known.
    pub(super) fn age(&self, since: &str) -> Option<i64> {
        Some(self.now? - time::seconds(since)?)
    }

    /// How many seconds ago an event was last seen.
    pub(super) fn age_of(&self, event: &Event<'_>) -> Option<i64> {
        Some(self.now? - event.at?)
    }
}

impl<'a> Event<'a> {
    fn new(event: &'a Value, about: &'a Value) -> Self {
        let message = match text(event, "/message") {
            "" => text(event, "/note"),
            message => message,
        };
        let times = [
            "/series/lastObservedTime",
            "/lastTimestamp",
            "/deprecatedLastTimestamp",
            "/eventTime",
            "/metadata/creationTimestamp",
        ];
        let container = text(about, "/fieldPath").split_once('{').map_or("", |(_, rest)| rest.trim_end_matches('}'));
        Self {
            reason: text(event, "/reason"),
            message: message.trim().strip_prefix("(combined from similar events): ").unwrap_or(message.trim()),
            container,
            at: times.iter().filter_map(|path| time::seconds(text(event, path))).max(),
        }
    }
}
