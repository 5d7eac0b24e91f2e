//! Compares Landfall's speed with kubectl, with Flux's engine and with a client that only sends the same requests.
//!
//! `make bench` runs it. Everything is measured on this machine against real API servers, in turn within one run, so that the
//! ratios hold even where the seconds do not. It prints a table and writes `docs/benchmark.md`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for developers: a panic is a failed benchmark"
)]

mod audit;
mod bare;
mod bench;
mod goals;
mod growth;
mod host;
mod live;
mod machine;
mod measure;
mod report;
mod scenarios;
mod script;
mod serve;
mod tools;
mod workload;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Arguments {
    /// Fewer runs and objects, about five minutes
    #[arg(long)]
    quick: bool,
    /// Only scenarios whose name contains this; the page is not written then
    #[arg(long)]
    only: Option<String>,
    /// Times each quick command is run
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// The page to write
    #[arg(long, default_value = "docs/benchmark.md")]
    output: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Sends the requests of a script, without understanding the answers (the benchmark runs this itself)
    Bare(bare::Arguments),
    /// Runs a program and reports what it cost (the benchmark runs this itself)
    Measure(measure::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match &arguments.command {
        Some(Command::Bare(bare)) => {
            bare::run(bare);
            return ExitCode::SUCCESS;
        }
        Some(Command::Measure(measure)) => return measure::run_here(measure),
        None => {}
    }
    let options = bench::Options { quick: arguments.quick, only: arguments.only, rounds: arguments.rounds.max(1) };
    let rows = scenarios::run(&options);
    println!("{}", report::table(&rows));
    let goals = goals::check(&rows);
    goals.iter().for_each(|goal| println!("{goal}"));
    let growth = growth::run(&options);
    println!("\n{}", growth::table(&growth));
    let live = live::run(&options);
    println!("\n{}", live::table(&live));
    let serve = serve::run(&options);
    println!("\n{}", serve.section());
    let host = host::run(&options);
    println!("{}", host.section());
    if options.only.is_none() {
        let page = report::page(&rows, &goals, &growth, &live, &serve, &host, &options);
        let path: &Path = &arguments.output;
        fs::write(path, page).unwrap_or_else(|error| panic!("{} cannot be written: {error}", path.display()));
        eprintln!("bench: wrote {}", path.display());
    }
    ExitCode::SUCCESS
}
