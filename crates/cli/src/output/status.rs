//! What is live, for people and for programs.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use landfall_core::{health::HealthState, rollout::Rollout};
use landfall_deploy::{
    pause::Pause,
    status::{ServiceStatus, Status},
};
use landfall_journal::{Outcome, short_id};
use serde::Serialize;

use super::{rollouts::name, time::short, wrap};
use crate::pause;

const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const DIM: Style = Style::new().dimmed();

/// The status of environments for programs. Fields may be added, never removed or changed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusV1<'a> {
    /// The version of the shape.
    pub api_version: &'static str,
    /// `Status`.
    pub kind: &'static str,
    /// The environments.
    pub environments: Vec<EnvironmentV1<'a>>,
}

/// One environment.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentV1<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether everything is live.
    pub live: bool,
    /// Why nothing is deployed to it, where it is paused.
    pub paused: Option<&'a Pause>,
    /// All the rest.
    #[serde(flatten)]
    pub status: &'a Status,
}

/// One environment for people.
pub fn render(environment: &str, status: &Status, paused: Option<&Pause>, default_namespace: &str) -> String {
    let mut text = heading(environment, status);
    if let Some(paused) = paused {
        let words = pause::sentence(environment, paused);
        let _ = writeln!(text, "{YELLOW}{}{YELLOW:#}", wrap::within(&words, 0));
    }
    text.push('\n');
    match (status.services.is_empty(), status.applied) {
        (false, _) => text.push_str(&table(status, default_namespace)),
        (true, Some(_)) => text.push_str("  it has no workloads\n"),
        (true, None) => text.push_str("  no workloads are live here\n"),
    }
    for drifted in &status.drift {
        let object = name(&drifted.object, default_namespace);
        let _ = writeln!(text, "{YELLOW}not as applied{YELLOW:#}: {object}: {}", drifted.drift.join("; "));
    }
    if !status.drift.is_empty() {
        let _ = writeln!(text, "  the next deploy repairs it: `landfall deploy`");
    }
    for seen in &status.seen {
        let _ = writeln!(
            text,
            "{YELLOW}not by Landfall{YELLOW:#}: {}: {}",
            name(&seen.object, default_namespace),
            seen.what
        );
    }
    text
}

/// A line for each service, with the reason below it where it is not live.
fn table(status: &Status, default_namespace: &str) -> String {
    let rows: Vec<[String; 4]> =
        status.services.iter().flat_map(|service| rows_of(service, default_namespace)).collect();
    let titles = ["SERVICE", "IMAGE", "SINCE", "FROM"].map(str::to_owned);
    let width = |column: usize| rows.iter().chain([&titles]).map(|row| row[column].chars().count()).max().unwrap_or(0);
    let [service, image, since] = [width(0), width(1), width(2)];
    let [one, two, three, four] = &titles;
    let mut text = format!("{DIM}  {one:service$}  {two:image$}  {three:since$}  {four}{DIM:#}\n");
    for status in &status.services {
        for (index, row) in rows_of(status, default_namespace).into_iter().enumerate() {
            let (mark, style) = if index == 0 { mark(&status.rollout) } else { (" ", Style::new()) };
            let line = format!("{:service$}  {:image$}  {:since$}  {}", row[0], row[1], row[2], row[3]);
            let _ = writeln!(text, "{style}{mark}{style:#} {}", line.trim_end());
        }
        if status.rollout.state != HealthState::Live {
            let _ = writeln!(text, "    {}", wrap::within(&status.rollout.sentence, 4).replace('\n', "\n    "));
        }
    }
    text
}

fn heading(environment: &str, status: &Status) -> String {
    let mut text = environment.to_owned();
    let last = status.last.as_ref();
    text.push_str(&match (&status.revision, status.applied) {
        (Some(revision), _) => format!(" is at {}", short_id(revision)),
        (None, Some(_)) => " was deployed from files".to_owned(),
        (None, None) if status.deploying.is_some() => " has no deploy yet that wrote everything".to_owned(),
        (None, None) => " was not deployed by Landfall yet".to_owned(),
    });
    let subject = last.filter(|last| status.revision.is_some() && last.revision == status.revision);
    if let Some(subject) = subject.and_then(|last| last.subject.as_ref()) {
        let _ = write!(text, " ({subject})");
    }
    if let Some(applied) = status.applied {
        let _ = write!(text, ", applied {}", short(applied));
    }
    let _ = writeln!(text, "\non {}", status.target);
    let ended = last.filter(|last| !matches!(last.outcome, Outcome::Live | Outcome::Applied | Outcome::Running));
    // How it ended tells more than that it has not written everything.
    let open = status.deploying.as_ref().filter(|open| ended.is_none_or(|ended| ended.id.as_str() != open.id));
    if let Some(deploying) = open {
        let revision = deploying.revision.as_deref().map_or("files", short_id);
        let since = deploying.since.parse().map_or_else(|_| deploying.since.clone(), short);
        let words = format!(
            "{revision} is being deployed since {since} by {}, or that deploy failed or was killed halfway",
            deploying.by
        );
        let _ = writeln!(text, "{YELLOW}{}{YELLOW:#}", wrap::within(&words, 0));
    }
    if let Some(last) = ended {
        let revision = last.revision.as_deref().map_or("files", short_id);
        let reason = last.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        let words = format!("the last deploy, of {revision}, {}{reason}", last.outcome.in_words());
        let _ = writeln!(text, "{RED}{}{RED:#}", wrap::within(&words, 0));
    }
    text
}

/// A line for each container's image; the first one tells the rest.
fn rows_of(service: &ServiceStatus, default_namespace: &str) -> Vec<[String; 4]> {
    let rollout = &service.rollout;
    let since = service.since.map(short).unwrap_or_default();
    let from = service.revision.as_deref().map(short_id).unwrap_or_default();
    let mut images = rollout.wanted.values();
    let first = images.next().cloned().unwrap_or_default();
    let head = [name(&rollout.id, default_namespace), first, since, from.to_owned()];
    let more = images.map(|image| [String::new(), image.clone(), String::new(), String::new()]);
    [head].into_iter().chain(more).collect()
}

fn mark(rollout: &Rollout) -> (&'static str, Style) {
    match rollout.state {
        HealthState::Live => ("✓", GREEN),
        HealthState::Suspended => ("‖", YELLOW),
        HealthState::Hopeless => ("✗", RED),
        HealthState::Progressing | HealthState::Terminating => ("…", YELLOW),
    }
}
