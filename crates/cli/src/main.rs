//! The command line.

mod args;
mod beside;
mod commands;
mod connect;
mod environment;
mod error;
mod holder;
mod host;
mod inspect;
mod job;
mod journal;
mod notifications;
mod output;
mod pause;
mod place;
mod reverter;
mod source;
mod traces;
mod xdg;

use std::{process::ExitCode, time::Duration};

use clap::Parser;

/// That of the C library keeps what a deploy of thousands of objects has used, a bit in each of its arenas, until the process
/// ends. This one gives it back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Some(code) = beside::run() {
        return code;
    }
    error::tell_panics();
    let cli = match commands::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return error::exit_usage(&error),
    };
    if cli.writes_json_lines() {
        output::json_lines::switch_on();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return error::CommandError::internal(format!("The program cannot start: {error}")).report(),
    };
    let traces = traces::Traces::start();
    output::start_logging(cli.verbose, traces.as_ref().map(traces::Traces::layer));
    let code = match runtime.block_on(commands::run(cli)) {
        Ok(code) => code,
        Err(error) => error.report(),
    };
    if let Some(traces) = traces {
        // Whatever still holds a span lets it go.
        runtime.shutdown_timeout(Duration::from_secs(1));
        traces.end();
    }
    code
}
