//! One file a command.

mod apply;
mod completions;
mod deploy;
mod diff;
mod history;
mod man;
mod notifications;
mod notify;
mod pause;
mod plan;
mod resume;
mod rollback;
mod serve;
mod status;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::CommandError;

/// Makes each commit of a repository of Kubernetes manifests live, with the same result as kubectl apply --prune.
#[derive(Debug, Parser)]
#[command(name = "landfall", version, propagate_version = true, max_term_width = 100)]
#[command(
    after_help = "Exit status: 0 done or no change, 1 error, 2 changes pending (plan --exit-code), 3 not live in \
                        time, 4 stopped by a guard."
)]
pub struct Cli {
    /// Tell more: requests (-v), and what is sent and received (-vv). Values of Secrets are never told
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Whether lines on stderr are to be JSON.
    pub fn writes_json_lines(&self) -> bool {
        matches!(&self.command, Command::Serve(args) if args.log_format == serve::LogFormat::Json)
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    Apply(Box<apply::ApplyArgs>),
    Plan(Box<plan::PlanArgs>),
    Deploy(Box<deploy::DeployArgs>),
    Status(Box<status::StatusArgs>),
    History(Box<history::HistoryArgs>),
    Diff(Box<diff::DiffArgs>),
    Rollback(Box<rollback::RollbackArgs>),
    Pause(pause::PauseArgs),
    Resume(resume::ResumeArgs),
    Serve(Box<serve::ServeArgs>),
    Notify(notify::NotifyArgs),
    Notifications(notifications::NotificationsArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Runs the command that was given.
pub async fn run(cli: Cli) -> Result<ExitCode, CommandError> {
    match cli.command {
        Command::Apply(args) => apply::run(&args).await,
        Command::Plan(args) => plan::run(&args).await,
        Command::Deploy(args) => deploy::run(&args).await,
        Command::Status(args) => status::run(&args).await,
        Command::History(args) => history::run(&args).await,
        Command::Diff(args) => diff::run(&args).await,
        Command::Rollback(args) => rollback::run(&args).await,
        Command::Pause(args) => pause::run(&args),
        Command::Resume(args) => resume::run(&args),
        Command::Serve(args) => serve::run(*args).await,
        Command::Notify(args) => notify::run(&args).await,
        Command::Notifications(args) => notifications::run(&args).await,
        Command::Completions(args) => Ok(completions::run(&args)),
        Command::Man(args) => man::run(&args),
    }
}
