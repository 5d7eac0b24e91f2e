//! How far every object is, from what there is. Pure: no I/O, no clock.

use std::collections::HashMap;

use landfall_core::{
    health::{self, Health, HealthState, LogQuery, ReadyConditions, Surroundings},
    object::ObjectId,
    rollout::{Rollout, Written},
};
use serde_json::{Value, json};

use super::id_of;

/// An object that is waited for.
#[derive(Debug)]
pub struct Awaited {
    /// The object.
    pub id: ObjectId,
    /// What was written: older states say nothing.
    pub written: Option<Written>,
}

/// Lines that containers wrote, as far as they were fetched.
pub type Logs = HashMap<LogQuery, String>;

/// What each object is, and which logs would say more.
pub fn judge(
    awaited: &[Awaited],
    documents: &[Value],
    logs: &Logs,
    ready_conditions: &ReadyConditions,
    now: &str,
) -> Vec<(Rollout, Vec<LogQuery>)> {
    let mut around = Surroundings::new(documents, now).with_ready_conditions(ready_conditions);
    for (query, lines) in logs {
        around = around.with_log(query, lines);
    }
    let by_id: HashMap<ObjectId, &Value> =
        documents.iter().filter_map(|document| Some((id_of(document)?, document))).collect();
    awaited.iter().map(|awaited| one(awaited, by_id.get(&awaited.id).copied(), &around)).collect()
}

fn one(awaited: &Awaited, object: Option<&Value>, around: &Surroundings<'_>) -> (Rollout, Vec<LogQuery>) {
    let seen = object.filter(|object| awaited.has_arrived(object));
    let health = match seen {
        Some(object) => health::of(object, around),
        None if awaited.written.is_some() => {
            let sentence = "the engine does not show the change yet".to_owned();
            Health { state: HealthState::Progressing, sentence, logs: Vec::new() }
        }
        None => health::of_missing(&json!({"kind": awaited.id.kind})),
    };
    Rollout::judged(&awaited.id, seen, health, around)
}

impl Awaited {
    /// Whether an object is as it was written, or newer.
    fn has_arrived(&self, object: &Value) -> bool {
        self.written.as_ref().is_none_or(|written| written.is_in(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_before_the_write_says_nothing() {
        use HealthState::{Live, Progressing};
        let job = |uid: &str, generation: i64| {
            json!({
                "apiVersion": "batch/v1", "kind": "Job",
                "metadata": {"namespace": "prod", "name": "migrate", "uid": uid, "generation": generation},
                "status": {"conditions": [{"type": "Complete", "status": "True"}]},
            })
        };
        let id = id_of(&job("u1", 1)).unwrap();
        for (written, documents, expected) in [
            (None, vec![job("u1", 1)], Live),
            (Some(("u1", 2)), vec![job("u1", 1)], Progressing),
            (Some(("u1", 2)), vec![job("u1", 2)], Live),
            (Some(("u2", 1)), vec![job("u1", 7)], Progressing),
            (Some(("u2", 1)), vec![], Progressing),
            (None, vec![], Progressing),
        ] {
            let written =
                written.map(|(uid, generation)| Written { uid: Some(uid.into()), generation: Some(generation) });
            let awaited = [Awaited { id: id.clone(), written }];
            let now = "2026-01-02T03:04:05Z";
            let judged = judge(&awaited, &documents, &Logs::new(), &ReadyConditions::default(), now);
            assert_eq!(judged[0].0.state, expected, "{awaited:?}: {}", judged[0].0.sentence);
        }
    }
}
