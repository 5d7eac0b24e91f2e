//! `landfall man`: manual pages.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, CommandFactory};

use super::Cli;
use crate::error::CommandError;

/// Write the manual pages into a folder
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The folder, such as /usr/local/share/man/man1
    folder: PathBuf,
}

pub fn run(args: &ManArgs) -> Result<ExitCode, CommandError> {
    let failed =
        |error| CommandError::user(format!("The manual pages cannot be written to {}: {error}", args.folder.display()));
    std::fs::create_dir_all(&args.folder).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), &args.folder).map_err(failed)?;
    Ok(ExitCode::SUCCESS)
}
