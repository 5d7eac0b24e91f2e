//! Asks a server until the end of standard input, and tells what became of the requests.
#![allow(clippy::print_stdout, reason = "a helper for developers")]

use std::{
    fs,
    io::Read,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
use landfall_bench_load::{Connections, Load, Plan, Protocol, thousands};

/// Ask a server until the end of standard input.
///
/// Ends with 1 if a request failed. The last line is `12,345 requests, 0 failed`.
#[derive(Parser)]
#[command(name = "bench-load")]
struct Arguments {
    /// http://HOST:PORT/PATH, or tcp://HOST:PORT for a server that answers lines.
    url: String,
    /// How many requests start in a second; 0: as many as possible.
    #[arg(long, default_value_t = 50)]
    per_second: u32,
    /// How many requests may be under way at once.
    #[arg(long, default_value_t = 8)]
    workers: u32,
    /// Use a connection for more than one request.
    #[arg(long)]
    keep_alive: bool,
    /// Also end after this many requests.
    #[arg(long)]
    requests: Option<u64>,
    /// Write how many requests there were so far to this file, every second.
    #[arg(long)]
    progress: Option<PathBuf>,
    /// Tell the times of the answers, too.
    #[arg(long)]
    times: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (protocol, rest) = match arguments.url.split_once("://") {
        Some(("tcp", rest)) => (Protocol::Tcp, rest),
        Some(("http", rest)) => {
            let path = rest.split_once('/').map_or("", |(_, path)| path);
            (Protocol::Http { path: format!("/{path}") }, rest)
        }
        _ => {
            println!("{} is neither http://HOST:PORT/PATH nor tcp://HOST:PORT", arguments.url);
            return ExitCode::from(2);
        }
    };
    let address = rest.split('/').next().unwrap_or_default();
    let plan = Plan::new(address).protocol(protocol).workers(arguments.workers);
    let plan = if arguments.per_second == 0 { plan.unlimited() } else { plan.per_second(arguments.per_second) };
    let connections = if arguments.keep_alive { Connections::KeepAlive } else { Connections::New };
    let load = Load::start(plan.connections(connections));
    let input = std::thread::spawn(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let started = Instant::now();
    let mut told = 0;
    while !input.is_finished() && arguments.requests.is_none_or(|enough| load.count() < enough) {
        std::thread::sleep(Duration::from_millis(20));
        if let Some(progress) = arguments.progress.as_ref().filter(|_| started.elapsed().as_secs() > told) {
            told = started.elapsed().as_secs();
            let (requests, failed) = (thousands(load.count()), thousands(load.failed()));
            if let Err(error) = fs::write(progress, format!("{requests} requests, {failed} failed\n")) {
                println!("cannot write {}: {error}", progress.display());
                return ExitCode::from(2);
            }
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let report = load.stop();
    if arguments.times {
        println!(
            "{:.0} a second; median {:.2} ms, 99 % {:.2} ms, 99.9 % {:.2} ms",
            report.requests as f64 / seconds,
            report.percentile(0.5),
            report.percentile(0.99),
            report.percentile(0.999)
        );
        println!("sent once more on a new connection: {}", thousands(report.reconnected));
    }
    for (word, count) in report.answers.iter().filter(|_| arguments.times) {
        println!("answered by {word}: {}", thousands(*count));
    }
    println!("{report}");
    if report.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
