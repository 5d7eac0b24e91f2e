//! `landfall status`: what is live.

use std::process::ExitCode;

use clap::Args;
use landfall_deploy::status::{Status, StatusRequest, status};
use landfall_journal::Journal;

use crate::{
    args::{ConnectArgs, Format, JournalArgs, RepositoryArgs},
    error::{CommandError, status as exit},
    journal,
    output::{
        self, json,
        status::{EnvironmentV1, StatusV1, render},
    },
    place::{Located, PlaceArgs, locate},
};

/// Show what is live: each service with its image, since when, from which revision, and whether it is healthy
///
/// Asks the cluster, so that it answers on every machine; what only the journal knows (since when, from which revision)
/// is there on the machine that deployed, or with a shared journal.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The environment of landfall.yaml [default: all of them]
    environment: Option<String>,
    /// The objects, where there is no landfall.yaml: `deploy=NAME`
    #[arg(short = 'l', long, value_name = "SELECTOR", conflicts_with = "environment")]
    selector: Option<String>,
    /// How to print it
    #[arg(short, long, value_enum, default_value = "text")]
    output: Format,
    /// Exit with 3 if something is not live
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    repository: RepositoryArgs,
    #[command(flatten)]
    connect: ConnectArgs,
    #[command(flatten)]
    journal: JournalArgs,
}

pub async fn run(args: &StatusArgs) -> Result<ExitCode, CommandError> {
    let found = locate(&PlaceArgs {
        environment: args.environment.as_deref(),
        selector: args.selector.as_deref(),
        repository: &args.repository,
        connect: &args.connect,
    })
    .await?;
    let journal = journal::open_or_warn(&args.journal).await?;
    let is_one = found.len() == 1;
    let (mut all, mut is_whole): (Vec<(Located, Status)>, _) = (Vec::new(), true);
    for (name, place) in found {
        match look(place, journal.as_ref()).await {
            Ok(seen) => all.push(seen),
            Err(error) if is_one => return Err(error),
            // During an incident, one target that is away must not hide the others.
            Err(error) => {
                output::warning(&format!("{name}: {}", error.text()));
                is_whole = false;
            }
        }
    }
    for (_, status) in &all {
        status.warnings.iter().for_each(|warning| output::warning(warning));
    }
    match args.output {
        Format::Text => {
            let texts: Vec<String> = all
                .iter()
                .map(|(place, status)| {
                    render(&place.name, status, place.paused.as_ref(), place.target.default_namespace())
                })
                .collect();
            output::data(texts.join("\n").trim_end());
        }
        Format::Json => {
            let environments = all
                .iter()
                .map(|(place, status)| EnvironmentV1 {
                    name: &place.name,
                    live: status.is_live(),
                    paused: place.paused.as_ref(),
                    status,
                })
                .collect();
            output::data(&json::text(&StatusV1 { api_version: json::API_VERSION, kind: "Status", environments }));
        }
    }
    let is_live = all.iter().all(|(_, status)| status.is_live());
    if !is_whole {
        return Ok(ExitCode::from(exit::ERROR));
    }
    Ok(if args.exit_code && !is_live { ExitCode::from(exit::NOT_LIVE) } else { ExitCode::SUCCESS })
}

async fn look(
    place: Result<Located, CommandError>,
    journal: Option<&Journal>,
) -> Result<(Located, Status), CommandError> {
    let place = place?;
    let Located { key, selector, ready_conditions, .. } = &place;
    let status = status(&*place.target, journal, &StatusRequest { key, selector, ready_conditions }).await?;
    Ok((place, status))
}
