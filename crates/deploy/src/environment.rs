//! What a deploy is about: an environment, in the form in which the engine needs it.

use landfall_core::{plan::PlanOptions, selector::Selector};

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

/// FNV-1a: short and the same for ever. Source: <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// One deploy as it is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which objects belong to the environment.
    pub selector: Selector,
    /// The namespace of objects that name none; the target's default where `None`.
    pub namespace: Option<String>,
    /// The namespace was given explicitly: an object that names another one is an error.
    pub enforce_namespace: bool,
    /// What the user allows.
    pub options: PlanOptions,
    /// The revision; `None` for a folder outside Git.
    pub revision: Option<String>,
    /// The repository, without credentials.
    pub repository: Option<String>,
    /// Whether the inventory is kept: not for an `apply` that neither selects nor prunes.
    pub track: bool,
    /// Who deploys: `alice@laptop`, for the lock.
    pub holder: String,
    /// The time now, RFC 3339.
    pub now: String,
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
