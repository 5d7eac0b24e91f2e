//! An environment that is paused: nothing is deployed to it.

use landfall_journal::Time;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Config;

/// That nothing is deployed to an environment, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Paused {
    /// Why, for whoever wonders.
    pub reason: String,
    /// When it is over by itself: `2026-11-25T18:00:00Z`. Where it is left out, a commit ends it: `landfall resume`.
    #[serde(default)]
    pub until: Option<String>,
}

impl Paused {
    /// When it is over by itself.
    pub fn until(&self) -> Option<Time> {
        // What is no time was refused by `Config::read`.
        self.until.as_deref()?.parse().ok()
    }

    /// Whether it is not over yet.
    pub fn holds_at(&self, now: Time) -> bool {
        self.until().is_none_or(|until| now < until)
    }
}

impl Config {
    /// What the environment of this name says of a pause, over or not.
    pub fn paused(&self, environment: &str) -> Option<&Paused> {
        self.environments.get(environment)?.paused.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_over_at_its_end_and_never_without_one() {
        let paused = |until: Option<&str>| Paused { reason: "x".into(), until: until.map(Into::into) };
        let at = |text: &str| text.parse::<Time>().unwrap();
        for (until, now, expected) in [
            (None, "9999-01-01T00:00:00Z", true),
            (Some("2026-11-25T18:00:00Z"), "2026-11-25T17:59:59.999Z", true),
            (Some("2026-11-25T18:00:00Z"), "2026-11-25T18:00:00Z", false),
            (Some("2026-11-25T18:00:00+01:00"), "2026-11-25T17:00:00Z", false),
        ] {
            assert_eq!(paused(until).holds_at(at(now)), expected, "{until:?} {now}");
        }
    }
}
