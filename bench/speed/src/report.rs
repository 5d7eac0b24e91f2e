//! The table for the terminal and the page `docs/benchmark.md`.

use std::fmt::Write;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use crate::bench::{Options, Row, row};
use crate::goals::Goal;
use crate::growth::{self, Point};
use crate::host::Host;
use crate::live;
use crate::machine;
use crate::serve::Serve;
use crate::tools::Tool;

const HEADER: [&str; 9] = [
    "scenario",
    "objects",
    "Landfall",
    "kubectl",
    "Flux's engine",
    "the same, 4 at once",
    "bare requests",
    "the same, one connection",
    "peak MB",
];

/// The table for a terminal.
pub fn table(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header(HEADER);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    rows.iter().for_each(|row| {
        table.add_row(cells(row));
    });
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table.to_string()
}

fn cells(row: &Row) -> Vec<String> {
    let mut cells = vec![row.scenario.to_owned(), row.objects.to_string()];
    cells.extend(Tool::ALL.map(|tool| match (row.seconds(tool), row.ratio(tool)) {
        (Some(seconds), Some(ratio)) if tool != Tool::Landfall => format!("{seconds:.2} s ({})", times(ratio)),
        (Some(seconds), _) => format!("{seconds:.2} s"),
        (None, _) => "-".to_owned(),
    }));
    let peak = |tool| row.peak_mb(tool).map_or_else(|| "-".to_owned(), |peak| format!("{peak:.0}"));
    let flux = if row.count(Tool::Flux) > 0 { Tool::Flux } else { Tool::FluxAtOnce };
    cells.push([Tool::Landfall, Tool::Kubectl, flux].map(peak).join(" / "));
    cells
}

fn times(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2}x") } else { format!("{ratio:.0}x") }
}

/// The page.
pub fn page(
    rows: &[Row],
    goals: &[Goal],
    growth: &[Point],
    live: &[live::Point],
    serve: &Serve,
    host: &Host,
    options: &Options,
) -> String {
    let mut page = INTRODUCTION.to_owned();
    if options.quick {
        page.push_str("\n**Made with `QUICK=1`: fewer runs and objects than the full benchmark.**\n");
    }
    page.push_str("\n## Machine and versions\n\n");
    for line in machine::describe() {
        let _ = writeln!(page, "- {line}");
    }
    page.push_str(RESULTS);
    let _ = writeln!(page, "| {} |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|", HEADER.join(" | "));
    for row in rows {
        let _ = writeln!(page, "| {} |", cells(row).join(" | "));
    }
    page.push_str("\nProcessor time of each program itself, in seconds, and the number of runs:\n\n");
    let _ = writeln!(
        page,
        "| scenario | objects | {} |\n|---|---:|---:|---:|---:|---:|---:|---:|",
        Tool::ALL.map(|tool| tool.to_string()).join(" | ")
    );
    for row in rows {
        let cpu = Tool::ALL.map(|tool| {
            row.cpu_seconds(tool).map_or_else(|| "-".to_owned(), |cpu| format!("{cpu:.2} ({})", row.count(tool)))
        });
        let _ = writeln!(page, "| {} | {} | {} |", row.scenario, row.objects, cpu.join(" | "));
    }
    page.push_str("\n## Goals\n\n");
    for goal in goals {
        let _ = writeln!(page, "- {goal}");
    }
    for words in [floor_of_unchanged(rows), limit_of_first_apply(rows)].into_iter().flatten() {
        let _ = writeln!(page, "\n{words}");
    }
    page.push_str(GROWTH);
    page.push_str(&growth::table(growth));
    page.push_str(LIVE);
    page.push_str(&live::table(live));
    page.push_str(&serve.section());
    page.push_str(&host.section());
    page
}

/// How far a run without changes is from its requests alone, sent in the same way.
fn floor_of_unchanged(rows: &[Row]) -> Option<String> {
    let above = row(rows, "nothing changed", 1000)?.ratio(Tool::BareShared)?.recip();
    Some(format!(
        "A run without changes takes {above:.2} times as long as the bare lists over one connection, Landfall's own way: the rest is reading\n\
         the manifests, comparing, and the journal."
    ))
}

/// What no program that checks first can do better.
fn limit_of_first_apply(rows: &[Row]) -> Option<String> {
    let row = row(rows, "first apply", 1000)?;
    let bare = row.seconds(Tool::Bare)?;
    let faster = |tool| Some(format!("{:.1}", row.seconds(tool)? / bare));
    let (flux, at_once) = (faster(Tool::Flux)?, faster(Tool::FluxAtOnce)?);
    let kubectl = faster(Tool::Kubectl).map(|times| format!("{times} times as fast as kubectl, ")).unwrap_or_default();
    Some(format!(
        "A first apply sends two requests for each object, as Flux's engine does: one that checks, one that writes. The bare client, \
         which does\nnothing else, is {kubectl}{flux} times as fast as that engine, and {at_once} times as fast as with four \
         objects at once:\nno program that checks first can be much faster than that."
    ))
}

const INTRODUCTION: &str = "# How fast Landfall is

`make bench` writes this page: it builds what it compares, starts real API servers on this machine, and runs everything in
turn. `make bench QUICK=1` takes about five minutes instead of three quarters of an hour. Seconds depend on the machine and on what else it
does; the ratios, from one run in which the tools alternate, much less so.

What is compared, each from the start of its process to its end:

- **Landfall**: `landfall apply --prune -l deploy=load -f DIR --recursive`, with the server-side check of every change.
- **kubectl** of the server's version: `kubectl apply --prune -l deploy=load -f DIR --recursive`.
- **Flux's engine**: the library with which Flux's kustomize-controller applies, driven by a small program (bench/modules/flux)
  as the controller does it: `ApplyAllStaged`, and `DeleteAll` for what left the folder. By default it applies one object at a time; the
  controller lets it apply four at once, which is a column of its own. The controller does more than this.
- **Bare requests**: the requests that Landfall sends, as they were seen in the server's audit log, sent by a client that understands
  nothing of the answers, 32 at a time, with bodies made beforehand, reading the files meanwhile. For a run without changes
  these are its lists; for a first apply the lists, the checks, the creations, lock and inventory. They go over 32 connections of HTTP/1.1,
  which is what the goals are set against, and, in a column of its own, over one of HTTP/2, which is how Landfall sends them: each
  handshake costs the server about as much as a list of a hundred objects. No program can send them in less time than that.

The objects: of five, one Deployment without replicas, one Service, one ServiceAccount and two ConfigMaps of 1 KB, each in a file
of its own.
";

const RESULTS: &str = "
## Results

Medians; in brackets how many times Landfall's time the others take. kubectl's and other slow runs are done once. Peak memory
is that of Landfall, kubectl and Flux's engine, the highest of all runs.

";

const LIVE: &str = "
## Until it is told that everything is live

Each Deployment of one pod gets another image, on simulated nodes. Seconds from the first write until `landfall deploy` ends, and
until `kubectl apply --prune -l deploy=load` and then `kubectl rollout status deployment -l deploy=load` have ended. The containers
have readiness probes; without one Landfall looks some seconds longer whether the program stays up, and kubectl does not.

";

const GROWTH: &str = "
## How the cost grows

A run of Landfall without changes, medians. Its requests do not grow with the number of objects, except for the further pages of
lists that are longer than 500.

";
