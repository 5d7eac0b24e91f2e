//! How far every object is, from what the watches have delivered. Pure: no I/O, no clock.

use std::collections::HashMap;

use landfall_core::{
    health::{self, Health, HealthState, LogQuery, ReadyConditions, Surroundings},
    object::ObjectId,
    rollout::{Rollout, Written},
};
use serde_json::{Value, json};

use super::store::{FeedId, Store};

/// An object that is waited for.
#[derive(Debug)]
pub struct Awaited {
    /// The object.
    pub id: ObjectId,
    /// The watch that shows it; `None` where the target does not serve the kind.
    pub feed: Option<FeedId>,
    /// What was written: older states say nothing.
    pub written: Option<Written>,
}

/// Lines that containers wrote, as far as they were fetched.
pub type Logs = HashMap<LogQuery, String>;

/// What each object is, and which logs would say more.
pub fn judge(
    awaited: &[Awaited],
    store: &Store,
    logs: &Logs,
    ready_conditions: &ReadyConditions,
    now: &str,
) -> Vec<(Rollout, Vec<LogQuery>)> {
    let mut around = Surroundings::new(store.objects(), now).with_ready_conditions(ready_conditions);
    for (query, lines) in logs {
        around = around.with_log(query, lines);
    }
    awaited.iter().map(|awaited| one(awaited, store, &around)).collect()
}

fn one(awaited: &Awaited, store: &Store, around: &Surroundings<'_>) -> (Rollout, Vec<LogQuery>) {
    let object = awaited.feed.and_then(|feed| store.get(feed, &awaited.id));
    let seen = object.filter(|object| awaited.has_arrived(object));
    let health = match seen {
        Some(object) => health::of(object, around),
        None => awaited.unseen(store),
    };
    Rollout::judged(&awaited.id, seen, health, around)
}

impl Awaited {
    /// Whether the watch shows the object as it was written, or newer.
    fn has_arrived(&self, object: &Value) -> bool {
        self.written.as_ref().is_none_or(|written| written.is_in(object))
    }

    /// What is to be said of an object that the watch does not show.
    fn unseen(&self, store: &Store) -> Health {
        let waiting = |sentence: String| Health { state: HealthState::Progressing, sentence, logs: Vec::new() };
        let Some(feed) = self.feed else {
            return waiting("the cluster does not serve its kind yet".to_owned());
        };
        if let Some(reason) = store.blind(feed) {
            return waiting(format!("it cannot be watched: {reason}"));
        }
        match store.last_seen(feed, &self.id).filter(|last| self.has_arrived(last)) {
            Some(last) => health::of_missing(last),
            None if self.written.is_some() => waiting("the cluster does not show the change yet".to_owned()),
            None => health::of_missing(&json!({"kind": self.id.kind})),
        }
    }
}

#[cfg(test)]
mod tests {
    use landfall_core::object::Gvk;

    use super::*;
    use crate::watch::store::Change;

    const NOW: &str = "2026-01-02T03:04:05Z";

    fn deployment(uid: &str, generation: i64, observed: i64) -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"namespace": "prod", "name": "web", "uid": uid, "generation": generation},
            "spec": {"replicas": 1},
            "status": {"observedGeneration": observed, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1},
        })
    }

    fn awaited(written: Option<(&str, i64)>) -> Awaited {
        let gvk = Gvk::new("apps/v1", "Deployment");
        let id = ObjectId {
            group: gvk.group.clone(),
            kind: gvk.kind.clone(),
            namespace: Some("prod".into()),
            name: "web".into(),
        };
        let written = written.map(|(uid, generation)| Written { uid: Some(uid.into()), generation: Some(generation) });
        Awaited { id, feed: Some(0), written }
    }

    fn state(written: Option<(&str, i64)>, objects: Vec<Value>) -> (HealthState, String) {
        let mut store = Store::default();
        store.apply(0, Change::All(objects));
        let (rollout, _) = judge(&[awaited(written)], &store, &Logs::new(), &ReadyConditions::default(), NOW).remove(0);
        (rollout.state, rollout.sentence)
    }

    #[test]
    fn what_was_seen_before_the_write_says_nothing() {
        use HealthState::{Live, Progressing};
        for (written, objects, expected) in [
            (None, vec![deployment("u1", 1, 1)], Live),
            (Some(("u1", 2)), vec![deployment("u1", 1, 1)], Progressing),
            (Some(("u1", 2)), vec![deployment("u1", 2, 1)], Progressing),
            (Some(("u1", 2)), vec![deployment("u1", 2, 2)], Live),
            (Some(("u1", 2)), vec![deployment("u1", 3, 3)], Live),
            (Some(("u2", 1)), vec![deployment("u1", 7, 7)], Progressing),
            (Some(("u2", 1)), vec![], Progressing),
            (None, vec![], Progressing),
        ] {
            let (state, sentence) = state(written, objects);
            assert_eq!(state, expected, "{written:?}: {sentence}");
        }
    }

    #[test]
    fn what_cannot_be_seen_says_why() {
        let mut store = Store::default();
        store.apply(0, Change::Blind { code: 403, reason: "deployments.apps is forbidden".into() });
        let (rollout, _) = judge(&[awaited(None)], &store, &Logs::new(), &ReadyConditions::default(), NOW).remove(0);
        assert_eq!(rollout.sentence, "it cannot be watched: deployments.apps is forbidden");
    }
}
