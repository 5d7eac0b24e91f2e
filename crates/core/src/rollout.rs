//! How far one object of a deploy is on its way to being live.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::{
    health::{self, Health, HealthState, LogQuery, Progress, RunningImage, Surroundings},
    images::images,
    object::ObjectId,
};

/// One object's way to live inside a deploy, as the target tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rollout {
    /// The object.
    pub id: ObjectId,
    /// How far it is.
    pub state: HealthState,
    /// What a user understands, without the object's own name: `2 of 3 new pods are ready; ...`.
    pub sentence: String,
    /// Numbers for lists and bars, for kinds that have some.
    pub progress: Option<Progress>,
    /// The images that the object asks for, by the container's name.
    pub wanted: BTreeMap<String, String>,
    /// The images that really run, by the container's name.
    pub images: BTreeMap<String, BTreeSet<RunningImage>>,
    /// Since when the target itself reports it so, RFC 3339 in whole seconds; only of a live one, and only for kinds that
    /// tell it.
    pub live_since: Option<String>,
}

impl Rollout {
    /// How far an object is: `health` is the judgement of it, `seen` the object itself, where the target shows it. Told with
    /// the logs that would say more.
    pub fn judged(
        id: &ObjectId,
        seen: Option<&Value>,
        health: Health,
        around: &Surroundings<'_>,
    ) -> (Self, Vec<LogQuery>) {
        let is_live = health.state == HealthState::Live;
        let rollout = Self {
            id: id.clone(),
            state: health.state,
            progress: seen.and_then(|object| health::progress(object, around)),
            wanted: seen.map(images).unwrap_or_default(),
            images: seen.map(|object| health::images(health::new_pods(object, around))).unwrap_or_default(),
            live_since: seen.filter(|_| is_live).and_then(|object| health::live_since(object, around)),
            sentence: health.sentence,
        };
        (rollout, health.logs)
    }
}

/// A write that must have been seen: older states of the object say nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The UID of the object.
    pub uid: Option<String>,
    /// Its generation after the write.
    pub generation: Option<i64>,
}

impl Written {
    /// Whether an object is as it was written, or newer.
    pub fn is_in(&self, object: &Value) -> bool {
        let uid = object.pointer("/metadata/uid").and_then(Value::as_str);
        let generation = object.pointer("/metadata/generation").and_then(Value::as_i64);
        // Another object of this name: it was created after the write, or is the one from before it.
        let same = self.uid.is_none() || self.uid.as_deref() == uid;
        same && self.generation.is_none_or(|written| generation.is_none_or(|seen| seen >= written))
    }
}

/// What all rollouts of a deploy come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All went as far as their manifests let them.
    Live,
    /// Some are on their way.
    Waiting,
    /// Some will not become live without somebody's help.
    Hopeless,
}

/// What rollouts come to: one that is hopeless decides, since nothing that the others do makes the revision live.
pub fn verdict<'a>(rollouts: impl IntoIterator<Item = &'a Rollout>) -> Verdict {
    let mut verdict = Verdict::Live;
    for rollout in rollouts {
        match rollout.state {
            HealthState::Hopeless => return Verdict::Hopeless,
            state if state.is_waiting() => verdict = Verdict::Waiting,
            _ => {}
        }
    }
    verdict
}

/// Those that keep a revision from being live: what is hopeless, or where nothing is, all that are on their way.
pub fn not_live(rollouts: &[Rollout]) -> Vec<&Rollout> {
    let hopeless: Vec<&Rollout> = rollouts.iter().filter(|rollout| rollout.state == HealthState::Hopeless).collect();
    if hopeless.is_empty() { rollouts.iter().filter(|rollout| rollout.state.is_waiting()).collect() } else { hopeless }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_hopeless_decides() {
        let of = |states: &[HealthState]| {
            let rollouts: Vec<Rollout> = states
                .iter()
                .map(|state| Rollout {
                    id: ObjectId { group: "apps".into(), kind: "Deployment".into(), namespace: None, name: "a".into() },
                    state: *state,
                    sentence: String::new(),
                    progress: None,
                    wanted: BTreeMap::new(),
                    images: BTreeMap::new(),
                    live_since: None,
                })
                .collect();
            verdict(&rollouts)
        };
        use HealthState::{Hopeless, Live, Progressing, Suspended, Terminating};
        assert_eq!(of(&[]), Verdict::Live);
        assert_eq!(of(&[Live, Suspended]), Verdict::Live);
        assert_eq!(of(&[Live, Terminating]), Verdict::Waiting);
        assert_eq!(of(&[Progressing, Hopeless, Live]), Verdict::Hopeless);
    }
}
