//! `landfall serve` beside Flux's kustomize-controller: how soon a commit is written, how soon a change by somebody else is
//! corrected, and what either costs while nothing happens.

mod api;
mod commits;
mod drift;
mod flux;
mod idle;
mod landfall;
mod place;
mod process;
mod repository;
mod requests;
mod section;
mod source;

use std::time::Instant;

use crate::bench::Options;

/// What was measured.
#[derive(Default)]
pub struct Serve {
    commits: Option<commits::Commits>,
    drift: Option<drift::Drift>,
    small: Vec<idle::Idle>,
}

/// Measures all of it.
pub fn run(options: &Options) -> Serve {
    let wanted = |part: &str| options.only.as_ref().is_none_or(|only| part.contains(only.as_str()));
    let watched = if options.quick { 1000 } else { 10_000 };
    Serve {
        small: if wanted("serve idle") { idle::run() } else { Vec::new() },
        commits: wanted("serve commits").then(|| commits::run(options)),
        drift: wanted("serve drift").then(|| drift::run(options, watched)),
    }
}

impl Serve {
    /// The tables in Markdown, with what is compared and the goals.
    pub fn section(&self) -> String {
        section::of(self)
    }
}

fn seconds(before: Instant, after: Instant) -> f64 {
    after.saturating_duration_since(before).as_secs_f64()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
