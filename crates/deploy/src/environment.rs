//! What a deploy is about: an environment, in the form in which the engine needs it.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use landfall_core::{health::ReadyConditions, object::ObjectId, plan::PlanOptions, selector::Selector};
use landfall_journal::{Cause, Place, Time};

use crate::target::Target;

/// What tells the environments on one target apart: the selector. Whoever deploys with the same selector works on the
/// same environment, be it by `apply -l` or by the name in `landfall.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentKey {
    /// The namespace that holds its record.
    pub namespace: String,
    /// The name of its record: letters, digits and dashes.
    pub name: String,
    /// The selector as text.
    pub selector: String,
}

impl EnvironmentKey {
    /// The key of a selector in a namespace.
    pub fn new(namespace: &str, selector: &Selector) -> Self {
        let text = selector.to_string();
        let readable: String = selector
            .leading_value()
            .unwrap_or("all")
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .take(40)
            .collect();
        let name = format!("landfall-{}-{:08x}", readable.trim_matches('-'), hash(&text));
        Self { namespace: namespace.to_owned(), name, selector: text }
    }
}

impl EnvironmentKey {
    /// Where deploys of the environment to a target are recorded.
    pub fn place(&self, target: &dyn Target) -> Place {
        Place { target: target.address(), namespace: self.namespace.clone(), record: self.name.clone() }
    }
}

/// FNV-1a: short and the same for ever. Source: <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Whether the revision to deploy is an ancestor of another one.
pub type IsBefore = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// The commit of a revision, as the timeline tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// Who wrote it: the name.
    pub author: String,
    /// The first line of its message.
    pub subject: String,
    /// When it was made.
    pub committed: Time,
}

/// One deploy as it is asked for.
#[derive(Clone)]
pub struct Request {
    /// The environment as the user calls it: its name in `landfall.yaml`, or the selector.
    pub environment: String,
    /// Why it is deployed.
    pub cause: Cause,
    /// Who asked for it: `alice@laptop`.
    pub asked_by: String,
    /// The commit of the revision.
    pub commit: Option<CommitInfo>,
    /// Whether the revision is older than one that is live: it then goes back, which the timeline says.
    pub is_before: Option<IsBefore>,
    /// When it was asked for, or when the revision was first seen.
    pub detected: Time,
    /// How long to wait until everything is live; `None` for not at all.
    pub wait: Option<Duration>,
    /// Which objects belong to the environment.
    pub selector: Selector,
    /// Which conditions say that objects of custom kinds are live.
    pub ready_conditions: ReadyConditions,
    /// The namespace of objects that name none; the target's default where `None`.
    pub namespace: Option<String>,
    /// The namespace was given explicitly: an object that names another one is an error.
    pub enforce_namespace: bool,
    /// What the user allows.
    pub options: PlanOptions,
    /// Only these objects are read, planned and written; nothing is known of the others, and nothing pruned. `None` for all.
    pub only: Option<Arc<BTreeSet<ObjectId>>>,
    /// The revision; `None` for a folder outside Git.
    pub revision: Option<String>,
    /// The repository, without credentials.
    pub repository: Option<String>,
    /// Whether no other process makes commits of the repository live on its own: what one of them left unfinished is over.
    pub leads: bool,
    /// Whether the inventory is kept: not for an `apply` that neither selects nor prunes.
    pub track: bool,
    /// Who deploys: `alice@laptop`, for the lock.
    pub holder: String,
    /// The time now, RFC 3339.
    pub now: String,
}

impl Request {
    /// The environment that it is about, on a target.
    pub fn key(&self, target: &dyn Target) -> EnvironmentKey {
        EnvironmentKey::new(self.namespace.as_deref().unwrap_or(target.default_namespace()), &self.selector)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_a_name_and_differs_by_selector() {
        let key = |selector: &str| EnvironmentKey::new("prod", &Selector::parse(selector).unwrap()).name;
        assert_eq!(key("deploy=sourcegraph"), "landfall-sourcegraph-5aaf3e38");
        assert_eq!(key("deploy=My_App.1"), "landfall-my-app-1-3646e2aa");
        assert_ne!(key("deploy=a,x=y"), key("deploy=a"));
        assert!(key("").starts_with("landfall-all-"));
    }
}
