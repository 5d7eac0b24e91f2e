//! `landfall pause`: nothing is deployed to an environment, by a commit that says why.

use std::process::ExitCode;

use clap::Args;
use jiff::{SignedDuration, ToSpan, ZonedDateTime, tz::TimeZone};
use landfall_deploy::config::{FILE_NAME, Paused, with_pause};
use landfall_git::{Edit, NewCommit};
use landfall_journal::Time;

use super::rollback::tell_push;
use crate::{
    args::RepositoryArgs,
    environment::{environment_name, named},
    error::CommandError,
    output::{self, time::short},
    place::head_config,
    reverter::Reverter,
    source::DeploymentRepository,
};

/// Let nothing be deployed to an environment, by a commit that says why
///
/// Writes `paused` into landfall.yaml on the environment's branch, changes nothing else in it, commits it in your name and
/// pushes it. What is being deployed comes to its end. `landfall resume` ends it, and so does the time of --until.
#[derive(Debug, Args)]
pub struct PauseArgs {
    /// The environment of landfall.yaml [default: the only one]
    environment: Option<String>,
    /// Why, for whoever wonders
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// When it is over by itself: `2h` (from now), `18:00`, `2026-11-26 09:00` or RFC 3339 [default: never]
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    #[command(flatten)]
    repository: RepositoryArgs,
}

pub fn run(args: &PauseArgs) -> Result<ExitCode, CommandError> {
    let reason = args.reason.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() {
        return Err(
            CommandError::user("The reason is empty").hint("say in a few words why: --reason 'Moving the database'")
        );
    }
    let now = Time::now().timestamp().to_zoned_datetime(TimeZone::system());
    let until = args.until.as_deref().map(|text| until(text, &now)).transpose()?;
    let paused =
        Paused { reason, until: until.map(|until| until.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()) };
    write(&args.repository, args.environment.as_deref(), Some(&paused))
}

/// Commits and pushes that an environment is paused, or that it is not.
pub(super) fn write(
    args: &RepositoryArgs,
    environment: Option<&str>,
    paused: Option<&Paused>,
) -> Result<ExitCode, CommandError> {
    let repo = args.repo.as_deref();
    let config = head_config(&DeploymentRepository::open(repo)?)?;
    let name = environment_name(&config, environment)?;
    let branch = named(&config, &name)?.branch.clone();
    let reverter = Reverter::open(repo, &branch)?;
    for _ in Reverter::tries() {
        let tip = reverter.repository.branch(&branch)?;
        let Some(source) = reverter.repository.config_source(&tip.id)? else {
            return Err(CommandError::user(format!("The branch {branch} has no {FILE_NAME} in its root"))
                .hint(format!("commit one there, with the environment {name}; nothing was committed")));
        };
        let edited = with_pause(&source, &name, paused).map_err(|faults| {
            let message = format!("{FILE_NAME} of {branch} ({}) is not changed; nothing was committed", tip.id.short());
            CommandError::faults(faults).with_message(message)
        })?;
        if edited == source.text {
            output::note(&match paused {
                Some(_) => format!("{name} is paused in the same words already; nothing was committed"),
                None => format!("{name} is not paused; nothing was committed"),
            });
            return Ok(ExitCode::SUCCESS);
        }
        let message = message(&name, paused);
        let edit =
            Edit { branch: &branch, onto: &tip.id, file: FILE_NAME, content: edited.as_bytes(), message: &message };
        let made = reverter.edit(&edit)?;
        if reverter.push_once(&made)? {
            tell(&reverter, &made, &name, paused);
            return Ok(ExitCode::SUCCESS);
        }
        reverter.forget(&made);
    }
    Err(CommandError::user(format!("Others push to {branch} all the time; nothing was pushed"))
        .hint("try again in a moment"))
}

fn tell(reverter: &Reverter, made: &dyn NewCommit, name: &str, paused: Option<&Paused>) {
    output::note(&match paused {
        Some(paused) => {
            let until = paused.until().map_or_else(String::new, |until| format!(" until {}", short(until)));
            format!("{name} is paused{until}: nothing is deployed to it before `landfall resume {name}`")
        }
        None => format!("{name} is not paused any more: `landfall serve` makes the newest commit live"),
    });
    tell_push(reverter, made);
}

fn message(name: &str, paused: Option<&Paused>) -> String {
    match paused {
        None => format!("Resume {name}\n"),
        Some(Paused { reason, until: None }) => format!("Pause {name}: {reason}\n"),
        Some(Paused { reason, until: Some(until) }) => format!("Pause {name}: {reason}\n\nUntil {until}.\n"),
    }
}

/// A moment to come as people write it; a time of day is its next one. Whole seconds, never too early.
fn until(text: &str, now: &ZonedDateTime) -> Result<Time, CommandError> {
    let zone = now.time_zone().clone();
    let of_day = |time: jiff::civil::Time| {
        let today = now.date().to_datetime(time).to_zoned_datetime(zone.clone()).ok()?;
        if today > *now {
            Some(today)
        } else {
            (now.date().checked_add(1.day()).ok()?).to_datetime(time).to_zoned_datetime(zone.clone()).ok()
        }
    };
    let moment = if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        Some(timestamp)
    } else if let Ok(span) = text.parse::<SignedDuration>() {
        now.timestamp().checked_add(span).ok()
    } else if let Ok(time) = text.parse::<jiff::civil::Time>() {
        of_day(time).map(|zoned| zoned.timestamp())
    } else {
        let local = text.parse::<jiff::civil::DateTime>().ok();
        local.and_then(|local| local.to_zoned_datetime(zone.clone()).ok()).map(|zoned| zoned.timestamp())
    };
    let Some(moment) = moment else {
        return Err(CommandError::user(format!("'{text}' is not a time"))
            .hint("write 2h (from now), 18:00, 2026-11-26 09:00 or 2026-11-26T09:00:00Z"));
    };
    if moment <= now.timestamp() {
        return Err(
            CommandError::user(format!("{text} is over already")).hint("name a time to come, such as 2h (from now)")
        );
    }
    Ok(Time::from_millis(moment.as_millisecond().saturating_add(999) / 1000 * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_come_is_read_as_people_write_it() {
        let now = "2026-11-25T15:30:00.5Z".parse::<jiff::Timestamp>().unwrap().to_zoned_datetime(TimeZone::UTC);
        for (text, expected) in [
            ("2h", Some("2026-11-25T17:30:01.000Z")),
            ("18:00", Some("2026-11-25T18:00:00.000Z")),
            ("09:00", Some("2026-11-26T09:00:00.000Z")),
            ("2026-11-26 09:00", Some("2026-11-26T09:00:00.000Z")),
            ("2026-11-26T09:00:00+01:00", Some("2026-11-26T08:00:00.000Z")),
            ("2026-11-25T15:00:00Z", None),
            ("-2h", None),
            ("tomorrow", None),
        ] {
            let read = until(text, &now).ok().map(|time| time.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}
