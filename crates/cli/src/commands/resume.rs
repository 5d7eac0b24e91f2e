//! `landfall resume`: the end of a pause, by a commit.

use std::process::ExitCode;

use clap::Args;

use crate::{args::RepositoryArgs, error::CommandError};

/// End the pause of an environment, by a commit
///
/// Removes `paused` from landfall.yaml on the environment's branch, commits that in your name and pushes it. That commit is
/// the one that `landfall serve` deploys next.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The environment of landfall.yaml [default: the only one]
    environment: Option<String>,
    #[command(flatten)]
    repository: RepositoryArgs,
}

pub fn run(args: &ResumeArgs) -> Result<ExitCode, CommandError> {
    super::pause::write(&args.repository, args.environment.as_deref(), None)
}
