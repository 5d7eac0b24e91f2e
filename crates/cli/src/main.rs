//! The command line.

mod args;
mod beside;
mod commands;
mod connect;
mod environment;
mod error;
mod host;
mod journal;
mod notifications;
mod output;
mod place;
mod reverter;
mod source;
mod xdg;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    if let Some(code) = beside::run() {
        return code;
    }
    error::tell_panics();
    let cli = match commands::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return error::exit_usage(&error),
    };
    output::start_logging(cli.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return error::CommandError::internal(format!("The program cannot start: {error}")).report(),
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(code) => code,
        Err(error) => error.report(),
    }
}
