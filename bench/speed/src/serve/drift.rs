//! From a change by somebody else until it is corrected, while many objects are watched.

use std::time::{Duration, Instant};

use serde_json::json;

use super::api::{Kind, Server};
use super::idle::{Idle, rest};
use super::landfall::Learns;
use super::place::Place;
use super::{flux, seconds};
use crate::bench::{Bench, Options};
use crate::tools::Tool;
use crate::workload;

/// Seconds of each correction by Landfall, and what both hold when nothing happens.
pub struct Drift {
    pub objects: usize,
    pub corrected: Vec<f64>,
    pub idle: Vec<Idle>,
}

/// Measures with so many objects.
pub fn run(options: &Options, objects: usize) -> Drift {
    let bench = Bench::start();
    let server = Server::of(&bench.cluster);
    flux::define(&bench.cluster);
    let place = || Place::new(&bench, |base, namespace| workload::mixed(base, objects, namespace).expect("writable"));
    eprintln!("bench: serve, drift: Landfall applies {objects} objects, which is not counted");
    let ours = place();
    let mut landfall = ours.landfall(&server, Learns::Polling);
    let namespace = ours.repository.namespace();
    let sight = server.watch(Kind::ConfigMap, namespace);
    let mut corrected = Vec::new();
    for round in 0..if options.quick { 5 } else { 100 } {
        std::thread::sleep(Duration::from_millis(1000 + 37 * round as u64 % 200));
        // Another ConfigMap each time: who changes the same one again and again is made to wait.
        let name = format!("load-{:05}", 5 * round + 3);
        let patch = json!({"data": {"version": "changed by somebody"}});
        let before = Instant::now();
        server.patch(Kind::ConfigMap, namespace, &name, &patch);
        sight.until_version(&name, "changed by somebody");
        let after = seconds(before, sight.until_version(&name, "first"));
        eprintln!("bench: drift, {objects} objects: Landfall corrected after {after:.3} s");
        corrected.push(after);
        landfall.until_corrected(round + 1);
    }
    let controlled = place();
    eprintln!("bench: serve, drift: kustomize-controller applies {objects} objects, which is not counted");
    let flux = controlled.flux(&server, "1h");
    let idle = rest(&bench, objects, &[(Tool::Landfall, &|| landfall.usage()), (Tool::Flux, &|| flux.usage())]);
    Drift { objects, corrected, idle }
}
