//! One file a command.

mod apply;
mod completions;
mod deploy;
mod man;
mod plan;

use std::process::ExitCode;

use clap::Subcommand;

use crate::{args::Cli, error::CommandError};

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    Apply(Box<apply::ApplyArgs>),
    Plan(Box<plan::PlanArgs>),
    Deploy(Box<deploy::DeployArgs>),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Runs the command that was given.
pub async fn run(cli: Cli) -> Result<ExitCode, CommandError> {
    match cli.command {
        Command::Apply(args) => apply::run(&args).await,
        Command::Plan(args) => plan::run(&args).await,
        Command::Deploy(args) => deploy::run(&args).await,
        Command::Completions(args) => Ok(completions::run(&args)),
        Command::Man(args) => man::run(&args),
    }
}
