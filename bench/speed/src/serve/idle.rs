//! What is held and asked while nothing happens.

use std::thread::sleep;
use std::time::Duration;

use super::api::Server;
use super::flux;
use super::landfall::Learns;
use super::place::Place;
use super::process::Usage;
use super::requests::Requests;
use crate::audit::Audit;
use crate::bench::Bench;
use crate::tools::Tool;
use crate::workload;

/// Objects of a small product, and their kinds.
pub const SMALL: usize = 68;
pub const KINDS: usize = 7;

const MINUTE: Duration = Duration::from_secs(60);

/// One minute of one tool.
#[derive(Debug)]
pub struct Idle {
    pub tool: Tool,
    pub objects: usize,
    pub usage: Usage,
    /// Seconds of processor time in the minute.
    pub cpu_seconds: f64,
    /// Requests that the API server answered, watches apart.
    pub requests: usize,
    pub watches: usize,
}

/// The same for a small product.
pub fn run() -> Vec<Idle> {
    let bench = Bench::start();
    let server = Server::of(&bench.cluster);
    flux::define(&bench.cluster);
    let write = |base: &std::path::Path, namespace: &str| {
        workload::kinds(base, SMALL, KINDS, namespace).expect("the folder is writable");
    };
    let (ours, controlled) = (Place::new(&bench, write), Place::new(&bench, write));
    let landfall = ours.landfall(&server, Learns::Polling);
    let flux = controlled.flux(&server, "10m");
    rest(&bench, SMALL, &[(Tool::Landfall, &|| landfall.usage()), (Tool::Flux, &|| flux.usage())])
}

/// How to ask a process what it uses.
pub type Ask<'a> = &'a dyn Fn() -> Usage;

/// Watches processes for a minute in which nothing happens.
pub fn rest(bench: &Bench, objects: usize, tools: &[(Tool, Ask<'_>)]) -> Vec<Idle> {
    // What was begun before comes to its end.
    sleep(Duration::from_secs(10));
    let audit = Audit::begin(&bench.cluster);
    let before: Vec<Usage> = tools.iter().map(|(_, usage)| usage()).collect();
    sleep(MINUTE);
    let measured = tools.iter().zip(before).map(|((tool, usage), before)| {
        let usage = usage();
        let agent = if *tool == Tool::Landfall { "landfall/" } else { "kustomize-controller/" };
        let sent = Requests::of(audit.grown(), agent);
        let idle = Idle {
            tool: *tool,
            objects,
            usage,
            cpu_seconds: usage.cpu_seconds - before.cpu_seconds,
            requests: sent.answered.len(),
            watches: sent.watches,
        };
        eprintln!("bench: idle, {objects} objects: {idle:?} {:?}", sent.answered);
        idle
    });
    measured.collect()
}
