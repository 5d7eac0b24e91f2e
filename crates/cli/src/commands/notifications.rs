//! `landfall notifications`: what was not told.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use landfall_journal::{DeliveryState, Time, Undelivered};
use serde::Serialize;

use crate::{
    args::{Format, JournalArgs},
    error::CommandError,
    journal,
    output::{self, json, time},
};

/// List the notifications that wait, have failed or were given up, and why
///
/// What was given up can be tried again: `landfall notifications retry ID`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct NotificationsArgs {
    #[command(subcommand)]
    action: Option<Action>,
    /// At most so many
    #[arg(long, value_name = "NUMBER", default_value = "100", value_parser = clap::value_parser!(u32).range(1..=10000))]
    limit: u32,
    /// How to print it
    #[arg(short, long, value_enum, default_value = "text")]
    output: Format,
    #[command(flatten)]
    journal: JournalArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Try a notification again, now
    Retry(RetryArgs),
}

#[derive(Debug, Args)]
struct RetryArgs {
    /// Its id, or the beginning of it
    id: String,
    #[command(flatten)]
    journal: JournalArgs,
}

/// The list for programs: `docs/json.md`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotificationsV1<'a> {
    api_version: &'static str,
    kind: &'static str,
    notifications: &'a [Undelivered],
    /// Sinks that said that they are gone, with what they said.
    stopped_sinks: Vec<StoppedV1>,
}

#[derive(Serialize)]
struct StoppedV1 {
    sink: String,
    reason: String,
}

pub async fn run(args: &NotificationsArgs) -> Result<ExitCode, CommandError> {
    if let Some(Action::Retry(args)) = &args.action {
        return retry(args).await;
    }
    let journal = journal::open(&args.journal).await?;
    let (found, stopped) = (journal.undelivered(args.limit).await?, journal.stopped_sinks().await?);
    match args.output {
        Format::Json => output::data(&json::text(&NotificationsV1 {
            api_version: json::API_VERSION,
            kind: "Notifications",
            notifications: &found,
            stopped_sinks: stopped.into_iter().map(|(sink, reason)| StoppedV1 { sink, reason }).collect(),
        })),
        Format::Text => {
            for (sink, why) in &stopped {
                output::warning(&format!("{sink} is not told anything any more: {why}"));
            }
            if found.is_empty() {
                output::note("Every notification was delivered");
            }
            for one in &found {
                output::data(&line(one));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(one: &Undelivered) -> String {
    let how = match (one.state, one.next_try) {
        (DeliveryState::Waiting, _) if one.tries == 0 => "waits".to_owned(),
        (DeliveryState::Waiting, Some(next)) => {
            format!("failed {}, next try {}", times(one.tries), time::short(next))
        }
        (DeliveryState::Dead, _) => format!("given up after {}", tries(one.tries)),
        (state, _) => state.to_string(),
    };
    let why = one.error.as_ref().map_or_else(String::new, |why| format!("\n    {why}"));
    format!("{}  {}  {} {} in {}: {how}{why}", one.id, time::short(one.at), one.sink, one.event, one.environment)
}

fn times(count: i64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn tries(count: i64) -> String {
    if count == 1 { "one try".to_owned() } else { format!("{count} tries") }
}

async fn retry(args: &RetryArgs) -> Result<ExitCode, CommandError> {
    let journal = journal::open(&args.journal).await?;
    let id = journal.event_id(&args.id).await?.ok_or_else(|| {
        CommandError::user(format!("There is no notification '{}', or several begin so", args.id))
            .hint("`landfall notifications` lists them with their ids")
    })?;
    match journal.retry_delivery(&id, Time::now()).await? {
        0 => Err(CommandError::user(format!("Nothing of {id} can be tried again"))
            .hint("it was delivered, or landfall.yaml does not have its sink any more")),
        count => {
            let sinks = if count == 1 { "one sink".to_owned() } else { format!("{count} sinks") };
            output::note(&format!("{id} is tried again for {sinks}, as soon as `landfall serve` runs"));
            Ok(ExitCode::SUCCESS)
        }
    }
}
