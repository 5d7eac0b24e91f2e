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
}

impl Config {
    /// What the environment of this name says of a pause, over or not.
    pub fn paused(&self, environment: &str) -> Option<&Paused> {
        self.environments.get(environment)?.paused.as_ref()
    }
}
