//! The part of the page about `landfall serve`.

use std::fmt::Write;

use super::Serve;
use super::commits::{Commits, INTERVAL, OBJECTS, Steps};
use super::drift::Drift;
use super::idle::{Idle, KINDS, SMALL};
use crate::goals::Goal;
use crate::measure::{median, percentile};
use crate::tools::Tool;

/// The tables, each of what was measured.
pub fn of(serve: &Serve) -> String {
    let mut section = String::new();
    let idle: Vec<&Idle> = serve.small.iter().chain(serve.drift.iter().flat_map(|drift| &drift.idle)).collect();
    if serve.commits.is_none() && idle.is_empty() {
        return section;
    }
    section.push_str(INTRODUCTION);
    if let Some(commits) = &serve.commits {
        section.push_str(&commits_table(commits));
    }
    if let Some(drift) = &serve.drift {
        section.push_str(&drift_table(drift, serve.commits.as_ref()));
    }
    if !idle.is_empty() {
        section.push_str(&idle_table(&idle));
    }
    section.push('\n');
    for goal in goals(serve) {
        let _ = writeln!(section, "- {goal}");
    }
    section
}

fn commits_table(commits: &Commits) -> String {
    let mut table = format!(
        "Of {OBJECTS} objects one is changed by a commit. From before `git commit` (for kustomize-controller, from before the artifact \
         is told of) to the first write, and until the tool says that it is done:\n\n\
         | tool | commits | first write | 99 % | done | 99 % |\n|---|---:|---:|---:|---:|---:|\n"
    );
    let tools = [
        ("Landfall, by webhook", &commits.webhook),
        ("Landfall, asking every 3 s", &commits.polling),
        ("kustomize-controller, artifact there", &commits.flux),
    ];
    for (tool, Steps { first_write, done }) in tools {
        let _ = writeln!(
            table,
            "| {tool} | {} | {} | {} | {} | {} |",
            first_write.len(),
            middle(first_write),
            most(first_write),
            middle(done),
            most(done)
        );
    }
    let (ours, theirs) = &commits.unchanged;
    let _ = writeln!(
        table,
        "\nA commit that changes no object takes Landfall {} (from before `git commit` until it says so), a pass without changes \
         takes kustomize-controller {}; medians of {}.",
        middle(ours),
        middle(theirs),
        ours.len()
    );
    table
}

fn drift_table(drift: &Drift, commits: Option<&Commits>) -> String {
    let mut table =
        "\nA field is changed by somebody else. From before that request until the field is as the commit has it:\n\n\
         | tool | objects | changes | median | 99 % |\n|---|---:|---:|---:|---:|\n"
            .to_owned();
    let mut line = |tool: &str, objects: usize, figures: &[f64]| {
        let _ = writeln!(table, "| {tool} | {objects} | {} | {} | {} |", figures.len(), middle(figures), most(figures));
    };
    line("Landfall", drift.objects, &drift.corrected);
    if let Some(commits) = commits {
        line(&format!("kustomize-controller, `interval: {INTERVAL}`"), OBJECTS, &commits.flux_drift);
        let _ = writeln!(
            table,
            "\nkustomize-controller looks at the objects once in each `interval` only, and each look is a pass without changes as \
             above: {INTERVAL} is about the shortest that leaves it time for something else. Its documentation has `10m`."
        );
    }
    table
}

fn idle_table(idle: &[&Idle]) -> String {
    let mut table = format!(
        "\nA minute in which nothing happens, of {SMALL} objects of {KINDS} kinds as a small product has them, and of many. Memory that \
         the process holds at its end, the most that it has held before, processor time with that of the programs that it runs (git), \
         requests from the API server's audit log, watches that were opened anew apart:\n\n\
         | tool | objects | memory | most before | CPU | requests | watches opened |\n|---|---:|---:|---:|---:|---:|---:|\n"
    );
    for Idle { tool, objects, usage, cpu_seconds, requests, watches } in idle {
        let tool = if *tool == Tool::Landfall { "Landfall, asking Git every 3 s" } else { "kustomize-controller" };
        let _ = writeln!(
            table,
            "| {tool} | {objects} | {:.0} MB | {:.0} MB | {cpu_seconds:.2} s | {requests} | {watches} |",
            usage.resident_mb, usage.peak_mb
        );
    }
    table
}

fn goals(serve: &Serve) -> Vec<Goal> {
    let commits = serve.commits.as_ref();
    let p99 = |figures: &[f64]| percentile(figures.to_vec(), 0.99);
    let ours = |idle: &[Idle]| {
        idle.iter().find(|idle| idle.tool == Tool::Landfall).map(|idle| (idle.usage.resident_mb, idle.requests))
    };
    let small = ours(&serve.small);
    let large = serve.drift.as_ref().and_then(|drift| ours(&drift.idle));
    let goal = |text, wanted, measured: Option<f64>, unit| Some(Goal::at_most(text, wanted, measured?, unit));
    #[expect(clippy::cast_precision_loss, reason = "a few requests")]
    let requests = small.into_iter().chain(large).map(|(_, requests)| requests as f64).reduce(f64::max);
    let goals = [
        goal(
            "Commit to first write by webhook, 99 %",
            1.0,
            commits.and_then(|commits| p99(&commits.webhook.first_write)),
            " s",
        ),
        goal(
            "Commit to first write, asking every 3 s, 99 %",
            5.0,
            commits.and_then(|commits| p99(&commits.polling.first_write)),
            " s",
        ),
        goal(
            "Change by somebody else to corrected, 99 %",
            1.0,
            serve.drift.as_ref().and_then(|drift| p99(&drift.corrected)),
            " s",
        ),
        goal("Memory while nothing happens, a small product", 30.0, small.map(|(memory, _)| memory), " MB"),
        goal("Memory while nothing happens, many objects", 150.0, large.map(|(memory, _)| memory), " MB"),
        goal("Requests in a minute in which nothing happens", 0.0, requests, ""),
    ];
    goals.into_iter().flatten().collect()
}

fn middle(figures: &[f64]) -> String {
    median(figures.to_vec()).map_or_else(|| "-".to_owned(), time)
}

fn most(figures: &[f64]) -> String {
    percentile(figures.to_vec(), 0.99).map_or_else(|| "-".to_owned(), time)
}

fn time(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.0} ms", seconds * 1000.0) } else { format!("{seconds:.2} s") }
}

const INTRODUCTION: &str = "
## Without hands: `landfall serve`

`landfall serve` on a repository in a folder of this machine, beside Flux's kustomize-controller with its defaults. What
source-controller does (to ask Git, and to pack what it finds) is done by the benchmark and not counted: it makes an artifact, serves
it, and writes the status that tells of it. The tools deploy the objects from above to namespaces of one cluster, in turn. Times are
those at which a watch of the benchmark itself sees the objects.

";

#[cfg(test)]
mod tests {
    use super::super::process::Usage;
    use super::*;

    #[test]
    fn shows_what_was_measured() {
        let usage = Usage { resident_mb: 25.4, peak_mb: 40.0, cpu_seconds: 1.0 };
        let idle = Idle { tool: Tool::Landfall, objects: 68, usage, cpu_seconds: 0.25, requests: 0, watches: 1 };
        let serve = Serve { small: vec![idle], ..Serve::default() };
        let shown = of(&serve);
        assert!(shown.contains("| Landfall, asking Git every 3 s | 68 | 25 MB | 40 MB | 0.25 s | 0 | 1 |"), "{shown}");
        assert!(
            shown.contains("- Memory while nothing happens, a small product: 25 MB (at most 30 MB): met"),
            "{shown}"
        );
        assert!(shown.contains("- Requests in a minute in which nothing happens: 0.00 (at most 0): met"), "{shown}");
        assert!(!shown.contains("Of 1000 objects"), "{shown}");
    }
}
