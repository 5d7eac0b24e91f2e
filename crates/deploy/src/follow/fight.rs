//! Corrections that somebody undoes again and again: an autoscaler, another tool, a person. Pure.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use landfall_core::object::ObjectId;

/// Corrections count for so long.
const WINDOW: Duration = Duration::from_secs(3600);

/// The correction of one object by which it is a fight.
pub const FIGHT: usize = 3;

/// The wait after the first correction of a fight; it doubles with each.
const FIRST: Duration = Duration::from_secs(10);

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(600);

/// When which objects were corrected. Times are counted from any moment that stays the same.
#[derive(Debug, Default)]
pub struct Fights {
    corrected: BTreeMap<ObjectId, VecDeque<Duration>>,
}

impl Fights {
    /// These objects are being corrected now. Tells those with which a fight has just begun.
    pub fn correct<'o>(&mut self, objects: impl IntoIterator<Item = &'o ObjectId>, now: Duration) -> Vec<ObjectId> {
        let mut begun = Vec::new();
        for object in objects {
            let times = self.corrected.entry(object.clone()).or_default();
            times.retain(|time| now.saturating_sub(*time) < WINDOW);
            times.push_back(now);
            if times.len() == FIGHT {
                begun.push(object.clone());
            }
        }
        begun
    }

    /// How long these objects are to be left alone; `None` where there are none. One that nobody fights for is corrected at
    /// once, and the others with it.
    pub fn rest<'o>(&self, objects: impl IntoIterator<Item = &'o ObjectId>, now: Duration) -> Option<Duration> {
        objects.into_iter().map(|object| self.rest_of(object, now)).min()
    }

    fn rest_of(&self, object: &ObjectId, now: Duration) -> Duration {
        let Some(times) = self.corrected.get(object) else { return Duration::ZERO };
        let recent: Vec<&Duration> = times.iter().filter(|time| now.saturating_sub(**time) < WINDOW).collect();
        let (Some(more), Some(last)) = (recent.len().checked_sub(FIGHT), recent.last()) else { return Duration::ZERO };
        let doubled = FIRST.saturating_mul(2_u32.saturating_pow(u32::try_from(more).unwrap_or(u32::MAX)));
        (**last + doubled.min(LONGEST)).saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(name: &str) -> ObjectId {
        ObjectId { group: String::new(), kind: "ConfigMap".into(), namespace: None, name: name.into() }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_third_correction_within_an_hour_is_a_fight_and_each_one_rests_longer() {
        let (mut fights, web) = (Fights::default(), object("web"));
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..10 {
            let begun = fights.correct([&web], at(now));
            assert_eq!(!begun.is_empty(), waits.len() == 2, "told once");
            let rest = fights.rest([&web], at(now)).unwrap();
            waits.push(rest.as_secs());
            now += rest.as_secs() + 1;
        }
        assert_eq!(waits, [0, 0, 10, 20, 40, 80, 160, 320, 600, 600]);
    }

    #[test]
    fn others_are_corrected_at_once_and_an_hour_ends_it() {
        let (mut fights, web, other) = (Fights::default(), object("web"), object("other"));
        for second in [1, 2, 3] {
            fights.correct([&web], at(second));
        }
        assert_eq!(fights.rest([&web], at(5)), Some(at(8)));
        assert_eq!(fights.rest([&web, &other], at(5)), Some(Duration::ZERO));
        assert_eq!(fights.rest([], at(5)), None);
        assert_eq!(fights.rest([&web], at(3602)), Some(Duration::ZERO));
        assert!(fights.correct([&web], at(3700)).is_empty());
    }
}
