//! Which of an object's states are told, and when, where lines cannot change in place: what is wrong at once, what only
//! counts on now and then, and the newest in any case.

use std::time::{Duration, Instant};

use landfall_core::{health::HealthState, rollout::Rollout};

/// An object's words change with every pod that it starts: those of a moment ago are told no more.
const WORDS: Duration = Duration::from_secs(1);

/// Numbers of pods only count up.
const NUMBERS: Duration = Duration::from_secs(5);

/// Times and restarts do so for ever.
const TIMES: Duration = Duration::from_secs(30);

/// One object: what was told of it, and what is to be told.
pub struct Pace {
    told: Rollout,
    at: Instant,
    held: Option<Rollout>,
}

impl Pace {
    /// An object that is first seen. What is live already is no news; what is on its way may be there in a moment.
    pub fn new(rollout: &Rollout, now: Instant) -> Self {
        let held = (rollout.state != HealthState::Live).then(|| rollout.clone());
        let told = Rollout { sentence: String::new(), ..rollout.clone() };
        Self { told, at: now, held }
    }

    /// Takes in a newer state.
    pub fn take(&mut self, rollout: &Rollout) {
        let is_same = (self.told.state, &self.told.sentence) == (rollout.state, &rollout.sentence);
        // Live things are told once: that old pods have stopped, for example, changes nothing for whoever waits.
        let is_live = self.told.state == HealthState::Live && rollout.state == HealthState::Live;
        self.held = (!is_same && !is_live).then(|| rollout.clone());
    }

    /// What is to be told now, if anything is.
    pub fn due(&mut self, now: Instant) -> Option<Rollout> {
        let patience = patience(&self.told, self.held.as_ref()?);
        if now.duration_since(self.at) < patience {
            return None;
        }
        let due = self.held.take()?;
        (self.told, self.at) = (due.clone(), now);
        Some(due)
    }
}

/// How long after the last words on an object the next ones may be held back.
fn patience(told: &Rollout, next: &Rollout) -> Duration {
    let words = |rollout: &Rollout| rollout.sentence.replace(|char: char| char.is_ascii_digit(), "");
    if !next.state.is_waiting() {
        Duration::ZERO
    } else if told.state != next.state || words(told) != words(next) {
        WORDS
    } else if told.progress != next.progress {
        NUMBERS
    } else {
        TIMES
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use landfall_core::{health::Progress, object::ObjectId};

    use super::*;

    fn rollout(state: HealthState, ready: i64, sentence: &str) -> Rollout {
        Rollout {
            id: ObjectId { group: "apps".into(), kind: "Deployment".into(), namespace: None, name: "web".into() },
            state,
            sentence: sentence.into(),
            progress: Some(Progress { ready, total: 3 }),
            wanted: BTreeMap::new(),
            images: BTreeMap::new(),
            live_since: None,
        }
    }

    /// What is told of states that are seen so many milliseconds after the first, looked at every 100 ms for 40 s.
    fn told(states: &[(u64, Rollout)]) -> Vec<(u64, String)> {
        let start = Instant::now();
        let mut pace: Option<Pace> = None;
        let mut told = Vec::new();
        for millis in (0..40_000).step_by(100) {
            let now = start + Duration::from_millis(millis);
            for (_, rollout) in states.iter().filter(|(at, _)| *at == millis) {
                match &mut pace {
                    Some(pace) => pace.take(rollout),
                    None => pace = Some(Pace::new(rollout, now)),
                }
            }
            told.extend(pace.as_mut().and_then(|pace| pace.due(now)).map(|due| (millis, due.sentence)));
        }
        told
    }

    #[test]
    fn a_failure_that_comes_right_after_the_start_is_told_though_nothing_changes_any_more() {
        use HealthState::Progressing;
        let states = [
            (0, rollout(Progressing, 0, "its controller has not seen the change yet")),
            (300, rollout(Progressing, 0, "pod a is starting")),
            (1500, rollout(Progressing, 0, "pod a crashed")),
        ];
        assert_eq!(told(&states), [(1000, "pod a is starting".into()), (2000, "pod a crashed".into())]);
    }

    #[test]
    fn what_only_counts_is_told_now_and_then_and_the_newest_is_not_lost() {
        use HealthState::Progressing;
        let mut states = vec![(0, rollout(Progressing, 0, "0 of 3"))];
        states.extend(
            (1..4).map(|ready: i64| (ready as u64 * 1000, rollout(Progressing, ready, &format!("{ready} of 3")))),
        );
        assert_eq!(told(&states), [(1000, "1 of 3".into()), (6000, "3 of 3".into())]);
        let mut states = vec![(0, rollout(Progressing, 0, "it has run for 0 s"))];
        states.extend(
            (1..40).map(|second| (second * 1000, rollout(Progressing, 0, &format!("it has run for {second} s")))),
        );
        assert_eq!(told(&states), [(1000, "it has run for 1 s".into()), (31_000, "it has run for 31 s".into())]);
    }

    #[test]
    fn what_is_over_is_told_at_once_and_once() {
        use HealthState::{Hopeless, Live, Progressing};
        let states = [
            (0, rollout(Progressing, 0, "pod a is starting")),
            (100, rollout(Live, 3, "3 of 3; 1 old pod is still stopping")),
            (400, rollout(Live, 3, "3 of 3")),
        ];
        assert_eq!(told(&states), [(100, "3 of 3; 1 old pod is still stopping".into())]);
        assert_eq!(told(&[(0, rollout(Live, 3, "3 of 3"))]), [], "it was live before");
        assert_eq!(told(&[(0, rollout(Hopeless, 0, "no such image"))]), [(0, "no such image".into())]);
    }
}
