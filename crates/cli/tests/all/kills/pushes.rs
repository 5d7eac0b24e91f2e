//! The commits that are pushed: what each should make live, and what is broken in some.

use std::{
    collections::BTreeMap,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::ENVIRONMENTS;
use crate::{
    conformance::place::{Place, settings},
    interchange::random::Random,
    live::stage::web,
};

/// What no target takes.
const REFUSED: &str = "apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: refused, labels: {deploy: $NS}}
spec: {selector: {matchLabels: {app: n}}}
";

/// What an environment is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The levels of the ConfigMaps, by their names.
    pub levels: BTreeMap<String, String>,
    /// The version of the image of the Deployment `web`; `None` where the environment has no such Deployment.
    pub version: Option<&'static str>,
}

/// Pushes commits.
pub struct Pushes<'p> {
    place: &'p Place,
    address: String,
    variables: Vec<(String, String)>,
    config: String,
    random: Random,
    wanted: [Wanted; 2],
    /// The files that are broken now.
    broken: Option<&'static str>,
    all: Vec<String>,
    last_good: String,
    pushed: Arc<AtomicUsize>,
}

impl<'p> Pushes<'p> {
    pub fn new(
        place: &'p Place,
        sinks: &str,
        address: String,
        variables: Vec<(String, String)>,
        random: Random,
    ) -> Self {
        place.configure("$NS", &ENVIRONMENTS);
        let config = std::fs::read_to_string(place.work.dir().join("landfall.yaml")).unwrap() + sinks;
        place.write("landfall.yaml", &config);
        let with_web = Wanted { version: Some("v1"), ..Wanted::default() };
        Self {
            place,
            address,
            variables,
            config,
            random,
            wanted: [with_web, Wanted::default()],
            broken: None,
            all: Vec::new(),
            last_good: String::new(),
            pushed: Arc::default(),
        }
    }

    /// How many were pushed.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// The same for another thread.
    pub fn pushed(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.pushed)
    }

    /// All revisions.
    pub fn all(&self) -> &[String] {
        &self.all
    }

    /// The last revision that can be deployed.
    pub fn last_good(&self) -> &str {
        &self.last_good
    }

    /// What the last good commit has of each environment.
    pub fn wanted(&self) -> &[Wanted; 2] {
        &self.wanted
    }

    /// Waits for a while, and pushes a commit of any kind.
    pub fn any(&mut self) {
        std::thread::sleep(Duration::from_millis(self.random.below(1200) as u64));
        match self.random.below(12) {
            0 => self.broken("base/broken.yaml", "kind: [\n"),
            1 => self.broken("base/refused.yaml", REFUSED),
            2 => self.broken("landfall.yaml", "name: [\n"),
            _ => self.good(),
        }
    }

    /// Pushes a commit that can be deployed.
    pub fn good(&mut self) {
        self.mend();
        let number = self.count();
        for index in 0..ENVIRONMENTS.len() {
            let is_both = self.random.one_in(3);
            if number == 0 || is_both || index == number % 2 {
                self.change(index, number);
            }
        }
        self.push(&format!("Good {number}"));
        self.last_good = self.all.last().cloned().unwrap_or_default();
    }

    fn broken(&mut self, path: &'static str, text: &str) {
        self.mend();
        self.place.write(path, text);
        self.broken = Some(path);
        self.push(&format!("Broken {}", self.count()));
    }

    fn mend(&mut self) {
        match self.broken.take() {
            Some("landfall.yaml") => {
                self.place.write("landfall.yaml", &self.config);
            }
            Some(path) => {
                self.place.work.remove(path);
            }
            None => {}
        }
    }

    /// Changes something of an environment; now and then an object comes or goes, or the image is another one.
    fn change(&mut self, index: usize, number: usize) {
        let (_, folder, selector) = ENVIRONMENTS[index];
        let label = selector.trim_start_matches("deploy=");
        let wanted = &mut self.wanted[index];
        wanted.levels.insert(format!("{folder}-settings"), format!("level-{number}"));
        if self.random.one_in(3) {
            let name = format!("{folder}-{}", self.random.below(3));
            if wanted.levels.remove(&name).is_none() {
                wanted.levels.insert(name, format!("level-{number}"));
            } else {
                self.place.work.remove(&format!("{folder}/{name}.yaml"));
            }
        }
        for (name, level) in &wanted.levels {
            let text = settings(name, level).replace("$NS", label);
            self.place.write(&format!("{folder}/{name}.yaml"), &text);
        }
        if let Some(version) = &mut wanted.version {
            if self.random.one_in(3) {
                *version = if *version == "v1" { "v2" } else { "v1" };
            }
            self.place.write(&format!("{folder}/web.yaml"), &web(version, ""));
        }
    }

    fn push(&mut self, message: &str) {
        self.all.push(self.place.work.commit(message));
        let mut git = Command::new("git");
        git.args(["push", "--quiet", &self.address, "HEAD:main"]).current_dir(self.place.work.dir());
        git.envs(self.variables.iter().cloned()).env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = git.output().unwrap();
        assert!(output.status.success(), "{message}: {}", String::from_utf8_lossy(&output.stderr));
        self.pushed.store(self.all.len(), Ordering::Release);
    }
}
