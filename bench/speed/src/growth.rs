//! How the cost of a run without changes grows with objects, kinds and namespaces.

use std::fmt::Write;

use crate::bench::{Bench, Options};
use crate::measure::median;
use crate::workload::{self, MOST_KINDS, Namespaces};

/// One point.
#[derive(Debug)]
pub struct Point {
    objects: usize,
    kinds: usize,
    namespaces: usize,
    requests: usize,
    seconds: f64,
    cpu_seconds: f64,
    peak_mb: f64,
}

/// Measures all points, each in a cluster of its own: objects of the others carry the same label.
pub fn run(options: &Options) -> Vec<Point> {
    if options.only.as_ref().is_some_and(|only| !"growth".contains(only.as_str())) {
        return Vec::new();
    }
    let (objects, kinds, namespaces): (&[usize], &[usize], &[usize]) = if options.quick {
        (&[100, 1000], &[MOST_KINDS], &[20])
    } else {
        (&[100, 300, 1000, 3000, 10_000], &[2, 5, MOST_KINDS], &[2, 5, 20, 50])
    };
    let objects = objects.iter().map(|&objects| (objects, 1, 1));
    let kinds = kinds.iter().map(|&kinds| (1000, kinds, 1));
    let namespaces = namespaces.iter().map(|&namespaces| (1000, 1, namespaces));
    objects
        .chain(kinds)
        .chain(namespaces)
        .map(|(objects, kinds, namespaces)| point(&Bench::start(), objects, kinds, namespaces, options))
        .collect()
}

fn point(bench: &Bench, objects: usize, kinds: usize, namespaces: usize, options: &Options) -> Point {
    let names: Vec<String> = (0..namespaces).map(|_| bench.cluster.namespace()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let kubeconfig = bench.kubeconfig(names[0]);
    let folder = bench.path(names[0]);
    let written = if kinds == 1 {
        workload::config_maps(&folder, objects, &Namespaces(names))
    } else {
        workload::kinds(&folder, objects, kinds, names[0])
    };
    written.expect("the folder is writable");
    bench.apply(crate::tools::Tool::Landfall, &kubeconfig, &folder);
    let (_, sent) = bench.apply_audited(&kubeconfig, &folder);
    let runs: Vec<_> =
        (0..options.rounds).map(|_| bench.apply(crate::tools::Tool::Landfall, &kubeconfig, &folder)).collect();
    let point = Point {
        objects,
        kinds,
        namespaces,
        requests: sent.len(),
        seconds: median(runs.iter().map(|run| run.seconds).collect()).unwrap_or_default(),
        cpu_seconds: median(runs.iter().map(|run| run.cpu_seconds).collect()).unwrap_or_default(),
        peak_mb: runs.iter().map(|run| run.peak_mb).fold(0.0, f64::max),
    };
    eprintln!(
        "bench: nothing changed, {objects} objects of {kinds} kinds in {namespaces} namespaces: {:.2} s",
        point.seconds
    );
    point
}

/// The points as a table in Markdown.
pub fn table(points: &[Point]) -> String {
    let mut table = "| objects | kinds | namespaces | requests | seconds | CPU seconds | peak MB |\n|---:|---:|---:|---:|---:|---:|---:|\n".to_owned();
    for point in points {
        let Point { objects, kinds, namespaces, requests, seconds, cpu_seconds, peak_mb } = point;
        let _ = writeln!(
            table,
            "| {objects} | {kinds} | {namespaces} | {requests} | {seconds:.2} | {cpu_seconds:.2} | {peak_mb:.0} |"
        );
    }
    table
}
