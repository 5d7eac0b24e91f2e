//! What is measured. Each scenario runs all tools in turn, so that a busy moment of the machine hits all of them.

use std::path::PathBuf;

use crate::bench::{Bench, Options, Row};
use crate::script;
use crate::tools::Tool;
use crate::workload::{self, Namespaces};

/// One environment: a namespace that one tool manages.
struct Place {
    tool: Tool,
    namespace: String,
    kubeconfig: PathBuf,
    folder: PathBuf,
}

/// Runs the scenarios.
pub fn run(options: &Options) -> Vec<Row> {
    let wanted = |name: &str| options.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    let mut rows = Vec::new();
    if ["first apply", "nothing changed", "one changed", "100 pruned"].into_iter().any(wanted) {
        // kubectl's run without changes takes minutes for 1,000 objects: a small folder has to do in a quick run.
        if options.quick {
            let without_kubectl = Tool::ALL.into_iter().filter(|tool| *tool != Tool::Kubectl).collect::<Vec<_>>();
            rows.extend(mixed(&Bench::start(), 100, options, &Tool::ALL));
            rows.extend(mixed(&Bench::start(), 1000, options, &without_kubectl));
        } else {
            rows.extend(mixed(&Bench::start(), 1000, options, &Tool::ALL));
        }
    }
    if !options.quick && wanted("10000 unchanged") {
        rows.push(unchanged_many(&Bench::start(), 10_000, options));
    }
    if !options.quick && wanted("ConfigMaps cold") {
        rows.push(cold(&Bench::start(), 10_000));
    }
    rows
}

/// First apply, nothing changed, one changed, some pruned: on the same objects, one after the other.
fn mixed(bench: &Bench, count: usize, options: &Options, tools: &[Tool]) -> Vec<Row> {
    let rounds = if options.quick { 1 } else { 3 };
    let mut first = Row::new("first apply", count);
    let mut places = Vec::new();
    for round in 0..rounds {
        // kubectl's is slow, and its objects are needed by the next scenarios: the last time is enough.
        let is_last = round + 1 == rounds;
        let tools: Vec<Tool> = tools.iter().copied().filter(|tool| is_last || *tool != Tool::Kubectl).collect();
        places = first_apply(bench, count, &tools, &mut first);
    }
    vec![
        first,
        nothing_changed(bench, count, &places, options),
        one_changed(bench, count, &places, options),
        pruned(bench, count, &places, options),
    ]
}

fn first_apply(bench: &Bench, count: usize, tools: &[Tool], row: &mut Row) -> Vec<Place> {
    let mut places = Vec::new();
    for tool in tools.iter().filter(|tool| !tool.is_bare()) {
        let place = place(bench, *tool, count);
        if *tool == Tool::Landfall {
            let (cost, sent) = bench.apply_audited(&place.kubeconfig, &place.folder);
            row.add(*tool, cost);
            for tool in tools.iter().filter(|tool| tool.is_bare()) {
                let bare = self::place(bench, *tool, count);
                let selector =
                    ["get", "configmaps", "-n", &place.namespace, "-l", "landfall.dev/inventory", "-o", "json"];
                let inventory = script::inventory(&bench.cluster.kubectl(&selector).ok());
                let mut phases = vec![script::moved(script::lists(&sent), &place.namespace, &bare.namespace)];
                phases.extend(script::first_apply(&bare.folder, &bare.namespace, &inventory));
                row.add(*tool, bench.bare(*tool, &bare.kubeconfig, &phases, &bare.folder));
            }
        } else {
            row.add(*tool, bench.apply(*tool, &place.kubeconfig, &place.folder));
        }
        places.push(place);
    }
    places
}

fn place(bench: &Bench, tool: Tool, count: usize) -> Place {
    let (namespace, kubeconfig) = bench.namespace();
    let folder = bench.path(&namespace);
    workload::mixed(&folder, count, &namespace).expect("the folder is writable");
    Place { tool, namespace, kubeconfig, folder }
}

/// How often a tool runs what is quick for Landfall.
fn repeats(tool: Tool, options: &Options) -> usize {
    match tool {
        Tool::Landfall | Tool::Bare | Tool::BareShared => options.rounds,
        Tool::Flux | Tool::FluxAtOnce if !options.quick => 3.min(options.rounds),
        Tool::Flux | Tool::FluxAtOnce | Tool::Kubectl => 1,
    }
}

fn nothing_changed(bench: &Bench, count: usize, places: &[Place], options: &Options) -> Row {
    let mut row = Row::new("nothing changed", count);
    let ours = places.iter().find(|place| place.tool == Tool::Landfall).expect("Landfall takes part");
    // Not counted: it shows the requests.
    let (_, sent) = bench.apply_audited(&ours.kubeconfig, &ours.folder);
    let lists = vec![script::lists(&sent)];
    for round in 0..options.rounds {
        for place in places.iter().filter(|place| round < repeats(place.tool, options)) {
            row.add(place.tool, bench.apply(place.tool, &place.kubeconfig, &place.folder));
            if place.tool == Tool::Landfall {
                for tool in [Tool::Bare, Tool::BareShared] {
                    row.add(tool, bench.bare(tool, &place.kubeconfig, &lists, &place.folder));
                }
            }
        }
    }
    row
}

fn one_changed(bench: &Bench, count: usize, places: &[Place], options: &Options) -> Row {
    let mut row = Row::new("one changed", count);
    for round in 0..options.rounds {
        for place in places.iter().filter(|place| round < repeats(place.tool, options)) {
            workload::change_one(&place.folder, &place.namespace, &format!("round {round}"))
                .expect("the folder is writable");
            row.add(place.tool, bench.apply(place.tool, &place.kubeconfig, &place.folder));
        }
    }
    row
}

/// A tenth of the objects leaves the folder.
fn pruned(bench: &Bench, count: usize, places: &[Place], options: &Options) -> Row {
    let name = if count == 1000 { "100 pruned" } else { "a tenth pruned" };
    let mut row = Row::new(name, count);
    for round in 0..options.rounds.min(3) {
        for place in places.iter().filter(|place| round < repeats(place.tool, options)) {
            if round > 0 {
                workload::mixed(&place.folder, count, &place.namespace).expect("the folder is writable");
                bench.apply(place.tool, &place.kubeconfig, &place.folder);
            }
            workload::remove_first(&place.folder, count / 10).expect("the folder is writable");
            row.add(place.tool, bench.apply(place.tool, &place.kubeconfig, &place.folder));
        }
    }
    row
}

fn unchanged_many(bench: &Bench, count: usize, options: &Options) -> Row {
    let places = [Tool::Landfall, Tool::FluxAtOnce].map(|tool| place(bench, tool, count));
    for place in &places {
        eprintln!("bench: {} applies {count} objects, which is not counted", place.tool);
        bench.apply(place.tool, &place.kubeconfig, &place.folder);
    }
    let few = Options { quick: true, ..options.clone() };
    let mut row = nothing_changed(bench, count, &places, &few);
    row.scenario = "nothing changed";
    row
}

/// Many ConfigMaps that are not there yet.
fn cold(bench: &Bench, count: usize) -> Row {
    let mut row = Row::new("ConfigMaps cold", count);
    for tool in [Tool::Landfall, Tool::Kubectl, Tool::FluxAtOnce] {
        let (namespace, kubeconfig) = bench.namespace();
        let folder = bench.path(&namespace);
        workload::config_maps(&folder, count, &Namespaces(vec![&namespace])).expect("the folder is writable");
        row.add(tool, bench.apply(tool, &kubeconfig, &folder));
    }
    row
}
