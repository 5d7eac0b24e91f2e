//! From a commit to its first write, and a pass without changes.

use std::time::{Duration, Instant};

use super::api::{Kind, Server};
use super::landfall::Learns;
use super::place::Place;
use super::repository::CHANGED;
use super::{flux, seconds};
use crate::bench::{Bench, Options};
use crate::workload;

/// Objects of each tool.
pub const OBJECTS: usize = 1000;
/// As often as kustomize-controller is asked to look at the objects again where the wait for a correction is measured.
pub const INTERVAL: &str = "30s";

/// Seconds, in the order in which they were measured.
#[derive(Debug, Default)]
pub struct Commits {
    pub webhook: Steps,
    pub polling: Steps,
    pub flux: Steps,
    /// A commit that changes no object, until Landfall says so; a pass that was asked for, until its end.
    pub unchanged: (Vec<f64>, Vec<f64>),
    /// From a change by somebody else until kustomize-controller has corrected it.
    pub flux_drift: Vec<f64>,
}

/// How far a commit that changes one object came when.
#[derive(Debug, Default)]
pub struct Steps {
    pub first_write: Vec<f64>,
    /// Until the tool says that it is done.
    pub done: Vec<f64>,
}

impl Steps {
    fn add(&mut self, tool: &str, before: Instant, written: Instant, done: Instant) {
        let (first, all) = (seconds(before, written), seconds(before, done));
        eprintln!("bench: commit, {tool}: first write after {first:.3} s, done after {all:.3} s");
        self.first_write.push(first);
        self.done.push(all);
    }
}

/// Measures all of it in one cluster, the tools in turn.
pub fn run(options: &Options) -> Commits {
    let bench = Bench::start();
    let server = Server::of(&bench.cluster);
    flux::define(&bench.cluster);
    let place = || Place::new(&bench, |base, namespace| workload::mixed(base, OBJECTS, namespace).expect("writable"));
    let (hooked, polled, controlled) = (place(), place(), place());
    eprintln!("bench: serve, commits: each tool applies {OBJECTS} objects, which is not counted");
    let mut webhook = hooked.landfall(&server, Learns::Webhook);
    let mut polling = polled.landfall(&server, Learns::Polling);
    let flux = controlled.flux(&server, "10m");
    let sight = |place: &Place| server.watch(Kind::ConfigMap, place.repository.namespace());
    let (of_hooked, of_polled, of_controlled) = (sight(&hooked), sight(&polled), sight(&controlled));
    let mut commits = Commits::default();
    // Of 60 rounds, every one by webhook, every second one by polling, and so on.
    let (rounds, each_polling, each_flux) = if options.quick { (6, 2, 3) } else { (100, 3, 5) };
    for round in 0..rounds {
        let text = format!("round {round}");
        rest(round);
        hooked.repository.change(&text);
        let (before, commit) = hooked.repository.commit();
        webhook.webhook();
        let written = of_hooked.until_version(CHANGED, &text);
        webhook.until_live(&commit);
        commits.webhook.add("Landfall by webhook", before, written, Instant::now());
        if round % each_polling == 0 {
            // At another moment between two looks each time.
            std::thread::sleep(Duration::from_millis(1700 * round as u64 % 3000));
            polled.repository.change(&text);
            let (before, commit) = polled.repository.commit();
            let written = of_polled.until_version(CHANGED, &text);
            polling.until_live(&commit);
            commits.polling.add("Landfall by polling", before, written, Instant::now());
        }
        if round % each_flux == 0 {
            rest(round);
            controlled.repository.change(&text);
            let (_, commit) = controlled.repository.commit();
            let status = flux.store(&controlled.repository, &commit);
            let before = Instant::now();
            flux.tell(&server, &status);
            let written = of_controlled.until_version(CHANGED, &text);
            commits.flux.add("kustomize-controller", before, written, flux.until_applied(&status));
        }
    }
    for round in 0..options.rounds {
        rest(round);
        hooked.repository.change_nothing(&format!("round {round}\n"));
        let (before, commit) = hooked.repository.commit();
        webhook.webhook();
        webhook.until_live(&commit);
        commits.unchanged.0.push(seconds(before, Instant::now()));
        let before = Instant::now();
        let ended = flux.reconcile(&server, &format!("round {round}"));
        commits.unchanged.1.push(seconds(before, ended));
    }
    drop((webhook, polling));
    let namespace = controlled.repository.namespace();
    flux.look_every(&server, INTERVAL);
    for round in 0..if options.quick { 1 } else { 5 } {
        std::thread::sleep(Duration::from_secs(round * 7));
        let (name, version) = ("load-00004", "first");
        let before = Instant::now();
        let patch = serde_json::json!({"data": {"version": "changed by somebody"}});
        server.patch(Kind::ConfigMap, namespace, name, &patch);
        of_controlled.until_version(name, "changed by somebody");
        let after = seconds(before, of_controlled.until_version(name, version));
        eprintln!("bench: drift, kustomize-controller every {INTERVAL}: corrected after {after:.1} s");
        commits.flux_drift.push(after);
    }
    commits
}

/// Lets what was done before come to rest, and begins at another moment of the process's own rhythm each time.
fn rest(round: usize) {
    std::thread::sleep(Duration::from_millis(500 + 37 * round as u64 % 200));
}
