//! How far one object of a deploy is on its way to being live.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    health::{HealthState, Progress, RunningImage},
    object::ObjectId,
};

/// One object's way to live inside a deploy, as the target tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
