//! `landfall history`: the timeline.

use std::process::ExitCode;

use clap::Args;
use jiff::{SignedDuration, tz::TimeZone};
use landfall_journal::{Filter, Journal, Time};

use crate::{
    args::{ConnectArgs, Format, JournalArgs, RepositoryArgs},
    error::CommandError,
    journal,
    output::{
        self,
        history::{HistoryV1, LiveAtV1, render, render_live_at},
        json,
    },
    place::{Located, PlaceArgs, locate, only},
};

/// Show what was deployed when: the timeline, newest first
///
/// From the journal alone; the cluster is not asked. Times are those at which the cluster itself reported that everything
/// was live, in your time zone.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The environment of landfall.yaml [default: the only one]
    environment: Option<String>,
    /// Only deploys that changed this service: `gitserver` or `statefulset/gitserver`
    service: Option<String>,
    /// What was live then: `14:32`, `2026-11-24 14:32`, `3h` (ago) or RFC 3339
    #[arg(long, value_name = "TIME", conflicts_with_all = ["since", "until", "limit", "service"])]
    at: Option<String>,
    /// Only deploys since then
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only deploys before then
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// At most so many
    #[arg(long, value_name = "NUMBER", default_value = "20", value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Go on where the page before ended: the `next` of `-o json`
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    /// Forget deploys of all environments that ended before then. Nothing else ever shortens the journal
    #[arg(long, value_name = "TIME", conflicts_with_all = ["environment", "service", "at", "since", "until", "cursor"])]
    prune_before: Option<String>,
    /// The objects, where there is no landfall.yaml: `deploy=NAME`
    #[arg(short = 'l', long, value_name = "SELECTOR", conflicts_with = "environment")]
    selector: Option<String>,
    /// How to print it
    #[arg(short, long, value_enum, default_value = "text")]
    output: Format,
    #[command(flatten)]
    repository: RepositoryArgs,
    #[command(flatten)]
    connect: ConnectArgs,
    #[command(flatten)]
    journal: JournalArgs,
}

pub async fn run(args: &HistoryArgs) -> Result<ExitCode, CommandError> {
    let journal = journal::open(&args.journal).await?;
    if let Some(before) = &args.prune_before {
        let count = journal.prune_before(time(before)?).await?;
        output::note(&format!("{count} deploys were removed from the journal {}", journal.location()));
        return Ok(ExitCode::SUCCESS);
    }
    let located = only(
        locate(&PlaceArgs {
            environment: args.environment.as_deref(),
            selector: args.selector.as_deref(),
            repository: &args.repository,
            connect: &args.connect,
        })
        .await?,
    )?;
    match &args.at {
        Some(at) => live_at(args, &journal, &located, time(at)?).await?,
        None => timeline(args, &journal, &located).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn live_at(args: &HistoryArgs, journal: &Journal, located: &Located, at: Time) -> Result<(), CommandError> {
    let live = journal.live_at(&located.place(), at).await?;
    match args.output {
        Format::Text => output::data(&render_live_at(&live, located.target.default_namespace())),
        Format::Json => {
            output::data(&json::text(&LiveAtV1 { api_version: json::API_VERSION, kind: "LiveAt", live: &live }))
        }
    }
    Ok(())
}

async fn timeline(args: &HistoryArgs, journal: &Journal, located: &Located) -> Result<(), CommandError> {
    let optional = |text: &Option<String>| text.as_deref().map(time).transpose();
    let filter = Filter {
        place: Some(located.place()),
        service: args.service.clone(),
        since: optional(&args.since)?,
        until: optional(&args.until)?,
        limit: Some(args.limit),
        cursor: args.cursor.clone(),
        ..Filter::default()
    };
    let page = journal.deploys(&filter).await?;
    let mut seen = journal.observations(&located.place(), filter.since, filter.until).await?;
    if let Some(service) = &args.service {
        let name = service.rsplit('/').next().unwrap_or(service);
        seen.retain(|seen| seen.object.name == name);
    }
    match args.output {
        Format::Text if page.deploys.is_empty() => {
            output::note(&format!("The journal {} has no such deploys of {}", journal.location(), located.name));
        }
        Format::Text => {
            output::data(render(&page, &seen, located.target.default_namespace()).trim_end());
            if page.next.is_some() {
                output::note("There are more: --limit, --since, --until");
            }
        }
        Format::Json => output::data(&json::text(&HistoryV1 {
            api_version: json::API_VERSION,
            kind: "History",
            page: &page,
            seen: &seen,
        })),
    }
    Ok(())
}

/// A time as people write it: of day, of a date, so long ago, or RFC 3339.
fn time(text: &str) -> Result<Time, CommandError> {
    let now = Time::now().timestamp();
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return Ok(timestamp.into());
    }
    if let Ok(ago) = text.trim_end_matches(" ago").parse::<SignedDuration>() {
        return Ok((now - ago.abs()).into());
    }
    let zone = TimeZone::system();
    let local = text.parse::<jiff::civil::DateTime>().ok().or_else(|| {
        let today = now.to_zoned_datetime(zone.clone()).date();
        Some(today.to_datetime(text.parse::<jiff::civil::Time>().ok()?))
    });
    let zoned = local.and_then(|local| local.to_zoned_datetime(zone).ok());
    zoned.map(|zoned| zoned.timestamp().into()).ok_or_else(|| {
        CommandError::user(format!("'{text}' is no time"))
            .hint("write 14:32, 2026-11-24 14:32, 3h (ago) or 2026-11-24T14:32:00Z")
    })
}
