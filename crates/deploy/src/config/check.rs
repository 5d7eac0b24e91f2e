//! What is wrong with a configuration that its schema cannot tell.

use std::sync::Arc;

use landfall_core::{
    diagnostic::{Diagnostic, Source},
    health::ReadyConditions,
    selector::Selector,
    yaml::Node,
};
use landfall_journal::Time;

use super::{Config, DOCUMENTATION, DockerConfig, Environment, TargetConfig};

/// How the address of a Docker engine begins.
const DOCKER_HOSTS: [&str; 5] = ["unix:///", "tcp://", "http://", "https://", "ssh://"];

/// The mistakes of a configuration, each at its place in the file.
pub fn check(config: &Config, source: &Arc<Source>, root: &Node) -> Vec<Diagnostic> {
    let mut faults = Faults { source, root, found: Vec::new() };
    if Selector::parse(&format!("deploy={}", config.name)).is_err() {
        let message = format!("The name '{}' cannot be the value of a label", config.name);
        faults.add(&["name"], message, "Use at most 63 letters, digits, `-`, `_` and `.`");
    }
    if config.environments.is_empty() {
        faults.add(&["environments"], "There are no environments", DOCUMENTATION);
    }
    for name in config.ready_conditions.keys() {
        if let Err(why) = ReadyConditions::parse_kind(name) {
            let hint = "Name a custom kind with its group: `Widget.example.com: Established`";
            faults.add(&["readyConditions", name], format!("'{name}' {why}"), hint);
        }
    }
    for (name, sink) in &config.notifications {
        for (at, message, hint) in sink.faults(&config.environments) {
            let pointer: Vec<&str> = ["notifications", name].into_iter().chain(at.iter().map(String::as_str)).collect();
            faults.add(&pointer, message, &hint);
        }
    }
    for (name, environment) in &config.environments {
        of_environment(&mut faults, name, environment);
    }
    faults.found
}

fn of_environment(faults: &mut Faults, name: &str, environment: &Environment) {
    let at = |field: &'static [&'static str]| [&["environments", name], field].concat();
    if environment.paths.is_empty() {
        let message = format!("The environment '{name}' has no paths");
        faults.add(&at(&["paths"]), message, "Name the folders of its manifests, such as `paths: [base]`");
    }
    for (index, path) in environment.paths.iter().enumerate() {
        if path.starts_with('/') || path.split('/').any(|part| part == "..") {
            let message = format!("The path '{path}' leads out of the repository");
            let pointer = ["environments", name, "paths", &index.to_string()];
            faults.add(&pointer, message, "Name it from the root of the repository");
        }
    }
    if let TargetConfig::Docker(DockerConfig { host: Some(host), .. }) = &environment.target
        && !DOCKER_HOSTS.iter().any(|scheme| host.starts_with(scheme))
    {
        faults.add(
            &at(&["target", "docker", "host"]),
            format!("'{host}' is not the address of a Docker engine"),
            "Write unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST, or leave it out for the engine of $DOCKER_HOST, or else \
             this machine's",
        );
    }
    if let Some(until) = environment.paused.as_ref().and_then(|paused| paused.until.as_deref())
        && until.parse::<Time>().is_err()
    {
        let hint = "Write it with its offset from UTC, such as 2026-11-25T18:00:00Z or 2026-11-25T19:00:00+01:00";
        faults.add(&at(&["paused", "until"]), format!("'{until}' is not a time"), hint);
    }
    if let Some(Err(error)) = environment.selector.as_deref().map(Selector::parse) {
        faults.add(&at(&["selector"]), error.to_string().trim_end_matches('.'), "");
    }
}

/// What was found in a file.
struct Faults<'a> {
    source: &'a Arc<Source>,
    root: &'a Node,
    found: Vec<Diagnostic>,
}

impl Faults<'_> {
    /// Adds a mistake at a field. An empty hint is none.
    fn add(&mut self, pointer: &[&str], message: impl Into<String>, hint: &str) {
        let fault = Diagnostic::at(self.source, self.root.span_at(pointer), message);
        self.found.push(if hint.is_empty() { fault } else { fault.hint(hint) });
    }
}
